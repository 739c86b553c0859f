#include "options.hpp"

#include <iostream>

#include <CLI/CLI.hpp>

#include <rankpool/core/error.hpp>

bool parse_options(int argc, char** argv, Options& options) {
    CLI::App app(
        "Finds the numbers of a chunked HDF5 dataset that all divisors divide, and writes them to a new file.\n\n"
        "Each chunk is a task, which submits one more task per divisor and combines their answers.\n"
        "Run it alone (threads), under mpirun or srun (ranks), or with jobscripts/local.sh.");
    app.name("divisibility");
    app.add_option("--size", options.size, "How many numbers to make, from 0 on, if there is no --input")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 40))
        ->capture_default_str();
    app.add_option("--chunk", options.chunk, "Numbers per chunk of the data that is made")
        ->check(CLI::Range(std::uint64_t{1}, std::uint64_t{1} << 28))
        ->capture_default_str();
    app.add_option("--input", options.input, "Read this dataset of whole numbers instead: FILE:DATASET")
        ->type_name("FILE:DATASET");
    app.add_option("--output", options.output, "File to write the selected numbers to (dataset /selected)")
        ->type_name("FILE")
        ->capture_default_str();
    app.add_option("--divisors", options.divisors, "What must divide a number, separated by commas")
        ->delimiter(',')
        ->check(CLI::PositiveNumber)
        ->capture_default_str();
    app.add_option("--slowness", options.slowness, "Pretend that a test takes divisor × this × random(0…1) seconds")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    app.add_option("--failure-rate", options.failure_rate, "Pretend that a test fails this often, from 0 to 1")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    app.add_option("--retries", options.retries, "How often to try a failed test again")
        ->check(CLI::Range(0, 1000))
        ->capture_default_str();
    app.add_option("--seed", options.seed, "Chooses the pretended durations and failures")->capture_default_str();
    app.footer(
        "--memory-budget BYTES bounds the results that each rank keeps in memory; what is more goes to disk.\n"
        "The data that is made is kept as divisibility-SIZE-CHUNK.h5 in the directory of the output file and used "
        "again.\n"
        "Examples:\n"
        "  divisibility --size 1000000 --divisors 3,7\n"
        "  mpirun -n 4 divisibility --input run.h5:/numbers --output selected.h5\n"
        "  mpirun -n 3 divisibility --size 10000 --chunk 667 --slowness 0.01 --failure-rate 0.2");
    try {
        app.parse(argc, argv);
    } catch (const CLI::CallForHelp&) {
        std::cout << app.help();
        return false;
    } catch (const CLI::ParseError& error) {
        throw rankpool::ConfigError(std::string(error.what()) + " (divisibility --help lists the options)");
    }
    if (options.divisors.empty())
        throw rankpool::ConfigError("--divisors names no number: give at least one, as 3,5,7");
    return true;
}
