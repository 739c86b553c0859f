#pragma once

#include <string>
#include <utility>

#include <CLI/CLI.hpp>

#include <rankpool/core/error.hpp>

namespace rankpool::apps {

/// A validator out of a parser: what it throws is what the user reads.
/// @param kind  what `--help` calls such a value; empty: nothing
template <class Parse>
CLI::Validator readable_by(Parse parse, std::string kind = "") {
    return CLI::Validator(
        [parse](std::string& text) -> std::string {
            try {
                parse(text);
                return "";
            } catch (const ConfigError& error) {
                return error.what();
            }
        },
        std::move(kind));
}

}  // namespace rankpool::apps
