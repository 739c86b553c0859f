#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <rankpool/dataset/appender.hpp>
#include <rankpool/dataset/attribute.hpp>
#include <rankpool/dataset/dataset_error.hpp>
#include <rankpool/dataset/dataset_options.hpp>
#include <rankpool/dataset/output_dataset.hpp>

namespace rankpool {

struct DatasetInfo;
struct LayoutChange;
struct UnfilledDataset;

/// Writes an HDF5 file that appears complete or not at all.
///
/// It grows beside its target as `NAME.part-<process>` and takes the target's place at commit(). Until then, and after
/// any failure, an earlier file of that name is untouched. A process that is killed leaves the part file behind; it can
/// be deleted. One process writes a file; its threads may share it.
///
///     rankpool::OutputFile file("selected.h5");
///     auto selected = file.create_appender<std::int64_t>("/selected");
///     for (auto& found : results) selected.append(found);
///     selected.set_attribute("divisors", std::vector<int>{3, 5, 7});
///     file.commit();
class OutputFile {
  public:
    /// @throws DatasetError  the directory is missing, not writable, full…
    explicit OutputFile(const std::string& path);
    /// Removes the part file unless it was committed.
    ~OutputFile();
    OutputFile(OutputFile&&) noexcept = default;
    OutputFile& operator=(OutputFile&& other) noexcept;

    /// Where the file will be: absolute, symbolic links followed.
    const std::string& path() const;
    /// Where it is until then.
    const std::string& part_path() const;

    /// Makes a group and those above it; existing ones are fine.
    void create_group(const std::string& name);
    /// Makes a dataset and the groups above it.
    /// @throws DatasetError  there is something of that name already
    /// @throws ConfigError   the options contradict each other
    OutputDataset create_dataset(const std::string& name, const DatasetOptions& options);
    /// Makes a one-dimensional dataset that grows, and the groups above it. Exceptions as for create_dataset().
    template <Element T>
    Appender<T> create_appender(const std::string& name, const AppendOptions& options = {}) {
        auto [dataset, appender] = make_appender(name, element_type_of<T>, options);
        return {state_, std::move(dataset), std::move(appender)};
    }

    /// Says something about the file as a whole.
    void set_attribute(const std::string& name, const AttributeValue& value);
    /// Says something about a group or dataset in it.
    void set_attribute(const std::string& object, const std::string& name, const AttributeValue& value);

    /// Writes what is left, waits for the disk, and puts the file in its place. Nothing can be written afterwards.
    /// @throws DatasetError  the target is as it was before
    void commit();

    /// Copies a file, or a dataset of it; see structure_copy.hpp.
    /// @param dataset  empty: everything
    std::vector<UnfilledDataset> copy_from(
        const std::string& source, const std::string& dataset,
        const std::function<LayoutChange(const std::string&, const DatasetInfo&)>& change);

  private:
    using Growing = std::pair<std::shared_ptr<detail::OpenDataset>, std::shared_ptr<detail::ChunkAppender>>;
    Growing make_appender(const std::string& name, ElementType type, const AppendOptions& options);

    std::shared_ptr<detail::OutputState> state_;
};

}  // namespace rankpool
