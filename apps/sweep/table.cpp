#include "table.hpp"

#include <charconv>
#include <cstdio>
#include <limits>
#include <optional>

#include <rankpool/core/error.hpp>
#include <rankpool/core/version.hpp>
#include <rankpool/launch/output_tail.hpp>

#include "table_layout.hpp"

namespace rankpool::sweep {
namespace {

using Field = TableLayout::Field;
constexpr std::size_t rows_at_once = 1024;
constexpr double nan = std::numeric_limits<double>::quiet_NaN();

TableLayout layout_of(const TableSource& source) {
    TableLayout layout;
    layout.add("index", Field::integer);
    for (std::size_t i = 0; i < source.space.names().size(); ++i) {
        const ValueKind kind = source.space.kinds()[i];
        layout.add(source.space.names()[i], kind == ValueKind::integer ? Field::integer
                                            : kind == ValueKind::real  ? Field::real
                                                                       : Field::text);
    }
    layout.add("status", Field::text);
    layout.add("cause", Field::text);
    layout.add("exit_code", Field::integer);
    layout.add("attempts", Field::integer);
    for (const char* name : {"started_s", "duration_s", "cpu_s"}) layout.add(name, Field::real);
    layout.add("memory_bytes", Field::integer);
    layout.add("host", Field::text);
    layout.add("rank", Field::integer);
    for (const Extraction& extraction : source.extractions) layout.add(extraction.name(), Field::real);
    for (const char* name : {"run_dir", "stdout", "stderr"}) layout.add(name, Field::text);
    return layout;
}

template <class Number>
Number number_in(std::string_view text) {
    if (text.starts_with('+')) text.remove_prefix(1);
    Number number{};
    std::from_chars(text.data(), text.data() + text.size(), number);
    return number;
}

void add_row(TableRows& rows, const TableSource& source, std::size_t index) {
    rows.integer(static_cast<std::int64_t>(index));
    const std::vector<std::string_view> values = source.space.values(index);
    for (std::size_t i = 0; i < values.size(); ++i) {
        switch (source.space.kinds()[i]) {
            case ValueKind::integer:
                rows.integer(number_in<std::int64_t>(values[i]));
                break;
            case ValueKind::real:
                rows.real(number_in<double>(values[i]));
                break;
            case ValueKind::text:
                rows.text(to_valid_utf8(values[i]));
                break;
        }
    }
    const Journal::Known* const known = source.journal.find(source.space.key(index));
    const RunRecord record =
        known == nullptr ? RunRecord{.attempts = 0, .run_dir = {}, .report = {}} : source.journal.read(*known);
    const CommandReport& report = record.report;
    const bool has_run = known != nullptr;
    rows.text(has_run ? name_of(report.status) : "not run");
    rows.text(report.cause);
    rows.integer(report.exit_code);
    rows.integer(record.attempts);
    rows.real(has_run ? report.started_s : nan);
    rows.real(has_run ? in_seconds(report.duration) : nan);
    rows.real(has_run ? in_seconds(report.cpu) : nan);
    rows.integer(report.memory_bytes);
    rows.text(report.host);
    rows.integer(has_run ? report.rank : -1);
    for (const Extraction& extraction : source.extractions) rows.real(has_run ? extraction.find(report.out) : nan);
    rows.text(record.run_dir);
    rows.text(report.out);
    rows.text(report.err);
}

void write_attribute(hid_t object, const char* name, const std::string& text, const detail::Place& place) {
    const char* const action = "describe";
    const detail::Handle type = detail::owned(H5Tcopy(H5T_C_S1), H5Tclose, action, place);
    detail::checked(H5Tset_size(*type, H5T_VARIABLE), action, place);
    detail::checked(H5Tset_cset(*type, H5T_CSET_UTF8), action, place);
    const detail::Handle space = detail::make_dataspace({}, {}, place);
    const detail::Handle attribute =
        detail::owned(H5Acreate2(object, name, *type, *space, H5P_DEFAULT, H5P_DEFAULT), H5Aclose, action, place);
    const char* const pointer = text.c_str();
    detail::checked(H5Awrite(*attribute, *type, &pointer), action, place);
}

void write_rows(hid_t dataset, hid_t type, const TableRows& rows, std::size_t first, const detail::Place& place) {
    const hsize_t start = first;
    const hsize_t count = rows.count();
    const detail::Handle memory = detail::make_dataspace({rows.count()}, {}, place);
    const detail::Handle file = detail::owned(H5Dget_space(dataset), H5Sclose, "write", place);
    detail::checked(H5Sselect_hyperslab(*file, H5S_SELECT_SET, &start, nullptr, &count, nullptr), "write", place);
    detail::checked(H5Dwrite(dataset, type, *memory, *file, H5P_DEFAULT, rows.data()), "write", place);
}

void write_file(const std::string& path, const TableSource& source) {
    const detail::Hdf5Lock lock;
    const detail::Place place{path, "/results"};
    detail::Handle file =
        detail::owned(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose, "create", {path, {}});
    const TableLayout layout = layout_of(source);
    const detail::Handle type = layout.type(place);
    const detail::Handle space = detail::make_dataspace({source.space.size()}, {}, place);
    detail::Handle dataset = detail::owned(
        H5Dcreate2(*file, "results", *type, *space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT), H5Dclose, "create", place);
    write_attribute(*dataset, "command", source.command, place);
    write_attribute(*dataset, "rankpool", version, place);
    TableRows rows(layout);
    for (std::size_t index = 0; index < source.space.size(); ++index) {
        add_row(rows, source, index);
        if (rows.count() < rows_at_once && index + 1 < source.space.size()) continue;
        write_rows(*dataset, *type, rows, index + 1 - rows.count(), place);
        rows.clear();
    }
    if (!dataset.close() || !file.close()) detail::throw_hdf5_failure("write", place);
}

}  // namespace

void write_table(const std::string& path, const TableSource& source) {
    const std::string unfinished = path + ".part";
    try {
        write_file(unfinished, source);
    } catch (...) {
        std::remove(unfinished.c_str());
        throw;
    }
    if (std::rename(unfinished.c_str(), path.c_str()) != 0) {
        throw Hdf5Error("cannot give the finished table '" + unfinished + "' its name '" + path +
                        "': is that a folder?");
    }
}

}  // namespace rankpool::sweep
