#include "bench_h5_cases.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <stdexcept>

#include <rankpool/blocks/blocks.hpp>
#include <rankpool/dataset/output_file.hpp>

#include "plain_hdf5.hpp"

namespace rankpool::apps {
namespace {

const Shape small_chunks{256, 256};
const Shape large_chunks{1024, 1024};

// A smooth field with noise, of which 24 significant bits are kept: it compresses about as measured data do.
void make_field(BlockView<double> out) {
    const Region& region = out.region();
    for (std::size_t i = 0; i < out.extent(0); ++i) {
        const double y = static_cast<double>(region.offset[0] + i) * 0.002;
        std::uint64_t random = (region.offset[0] + i) * 0x9e3779b97f4a7c15U + region.offset[1];
        for (std::size_t j = 0; j < out.extent(1); ++j) {
            const double x = static_cast<double>(region.offset[1] + j) * 0.003;
            random = random * 6364136223846793005U + 1442695040888963407U;
            const double noise = static_cast<double>(random >> 52U) * 0x1p-20;
            out(i, j) = std::round((2 + std::sin(x) * std::cos(y) + noise) * 0x1p16) * 0x1p-16;
        }
    }
}

double root(double x) { return 2 * std::sqrt(x) + 1; }

void map_root(BlockView<const double> in, BlockView<double> out) {
    for (std::size_t i = 0; i < in.size(); ++i) out[i] = root(in[i]);
}

void mean_around(HaloView<const double> in, BlockView<double> out) {
    const auto rows = static_cast<std::ptrdiff_t>(out.extent(0));
    const auto columns = static_cast<std::ptrdiff_t>(out.extent(1));
    for (std::ptrdiff_t i = 0; i < rows; ++i) {
        const double* const above = in.at(i - 1, 0);
        const double* const here = in.at(i, 0);
        const double* const below = in.at(i + 1, 0);
        double* const result = &out(i, 0);
        for (std::ptrdiff_t j = 0; j < columns; ++j) {
            result[j] = (above[j] + below[j] + here[j - 1] + here[j + 1] + here[j]) / 5;
        }
    }
}

// Everything the cases share.
struct Bench {
    Executor& pool;
    std::string directory;
    Shape shape;

    std::string file(const std::string& name) const { return directory + '/' + name; }
    Dataset field() const { return Dataset::open(file("field.h5"), "/data"); }
    DatasetOptions options(const Shape& chunk_shape) const {
        return {.shape = shape, .chunk_shape = chunk_shape, .filters = default_compression};
    }
    template <class Fill>
    void make(const Shape& chunk_shape, Fill&& fill) const {
        OutputFile output(file("ours.h5"));
        fill(output.create_dataset("/data", options(chunk_shape)));
        output.commit();
    }
    // One process: reads blocks as large as the output's chunks, with their halo, and writes what `change` makes of
    // them.
    template <class Change>
    void plain_map(const Shape& chunk_shape, Change&& change) const {
        const plain::Field in = plain::Field::open(file("field.h5"));
        const plain::Field out = plain::Field::create(file("plain.h5"), shape, chunk_shape);
        const ChunkGrid grid(shape, chunk_shape);
        std::vector<double> elements;
        for (std::uint64_t chunk = 0; chunk < grid.chunk_count(); ++chunk) {
            const Region block = grid.region(chunk);
            elements.resize(block.element_count());
            change(in, block, elements);
            out.write(block, elements);
        }
    }
};

void plain_statistics(const Bench& bench) {
    const plain::Field field = plain::Field::open(bench.file("field.h5"));
    const ChunkGrid grid(bench.shape, small_chunks);
    Statistics all;
    std::vector<double> elements;
    for (std::uint64_t chunk = 0; chunk < grid.chunk_count(); ++chunk) {
        elements.resize(grid.region(chunk).element_count());
        field.read(grid.region(chunk), elements);
        all = combined(all, statistics_of(std::span<const double>(elements)));
    }
    if (all.count != element_count(bench.shape)) throw std::logic_error("the reference has lost elements");
}

void plain_stencil(const Bench& bench) {
    std::vector<double> around;
    bench.plain_map(small_chunks, [&](const plain::Field& in, const Region& block, std::vector<double>& out) {
        Region wide = block;
        for (std::size_t d = 0; d < 2; ++d) {
            wide.offset[d] -= block.offset[d] == 0 ? 0U : 1U;
            wide.extent[d] = std::min(block.offset[d] + block.extent[d] + 1, bench.shape[d]) - wide.offset[d];
        }
        around.resize(wide.element_count());
        in.read(wide, around);
        const std::size_t width = wide.extent[1];
        const auto at = [&](std::size_t i, std::size_t j, int di, int dj) {  // The nearest element beyond the edges.
            const auto place = [](std::size_t k, int step, std::uint64_t offset, std::uint64_t first, std::uint64_t n) {
                const auto wanted = static_cast<std::int64_t>(offset + k) + step;
                return static_cast<std::size_t>(
                    static_cast<std::uint64_t>(std::clamp<std::int64_t>(wanted, 0, static_cast<std::int64_t>(n) - 1)) -
                    first);
            };
            return around[place(i, di, block.offset[0], wide.offset[0], bench.shape[0]) * width +
                          place(j, dj, block.offset[1], wide.offset[1], bench.shape[1])];
        };
        for (std::size_t i = 0; i < block.extent[0]; ++i) {
            for (std::size_t j = 0; j < block.extent[1]; ++j) {
                out[i * block.extent[1] + j] =
                    (at(i, j, -1, 0) + at(i, j, 1, 0) + at(i, j, 0, -1) + at(i, j, 0, 1) + at(i, j, 0, 0)) / 5;
            }
        }
    });
}

void h5repack(const Bench& bench, const std::string& options) {
    const std::string command =
        "h5repack " + options + " '" + bench.file("field.h5") + "' '" + bench.file("plain.h5") + "'";
    if (std::system(command.c_str()) != 0) throw std::runtime_error("h5repack failed");
}

}  // namespace

std::vector<BenchCase> bench_cases(Executor& pool, const std::string& directory, std::uint64_t mebibytes) {
    constexpr std::uint64_t columns = 4096;
    const Bench bench{pool, directory, {mebibytes * (1U << 20) / sizeof(double) / columns, columns}};
    {
        OutputFile output(bench.file("field.h5"));
        map_blocks(pool, make_field, {}, {output.create_dataset("/data", bench.options(small_chunks))}).result();
        output.commit();
    }
    const auto rechunk = [bench](const Shape& chunk_shape) {
        bench.make(chunk_shape, [&](const OutputDataset& to) { copy(bench.pool, bench.field(), to).result(); });
    };
    const auto stencil = [bench] {
        bench.make(small_chunks, [&](const OutputDataset& to) {
            map_overlap(bench.pool, mean_around, {1, 1}, {}, {bench.field()}, {to}).result();
        });
    };
    const auto map = [bench](const Shape& chunk_shape) {
        bench.make(chunk_shape,
                   [&](const OutputDataset& to) { map_blocks(bench.pool, map_root, {bench.field()}, {to}).result(); });
    };
    const auto plain_root = [bench](const Shape& chunk_shape) {
        bench.plain_map(chunk_shape, [](const plain::Field& in, const Region& block, std::vector<double>& elements) {
            in.read(block, elements);
            for (double& x : elements) x = root(x);
        });
    };
    std::vector<BenchCase> cases{
        {"statistics", "H5Dread", [bench] { statistics(bench.pool, bench.field()).result(); },
         [bench] { plain_statistics(bench); }},
        {"map to a new file", "H5Dread, H5Dwrite", [map] { map(small_chunks); },
         [plain_root] { plain_root(small_chunks); }},
        {"map to chunks of 1024×1024", "H5Dread, H5Dwrite", [map] { map(large_chunks); },
         [plain_root] { plain_root(large_chunks); }},
        {"5-point stencil", "H5Dread, H5Dwrite", stencil, [bench] { plain_stencil(bench); }},
    };
    if (std::system("h5repack --version >/dev/null 2>&1") == 0) {
        cases.push_back({"repack to chunks of 1024×1024", "h5repack", [rechunk] { rechunk(large_chunks); },
                         [bench] { h5repack(bench, "-l CHUNK=1024x1024 -f SHUF -f GZIP=1"); }});
        cases.push_back({"repack with the same chunks", "h5repack",
                         [bench] {
                             // Other filters, or the chunks would be passed on as they are.
                             OutputFile output(bench.file("ours.h5"));
                             DatasetOptions options = bench.options(small_chunks);
                             options.filters.gzip_level = 2;
                             copy(bench.pool, bench.field(), output.create_dataset("/data", options)).result();
                             output.commit();
                         },
                         [bench] { h5repack(bench, "-f SHUF -f GZIP=2"); }});
    }
    return cases;
}

}  // namespace rankpool::apps
