// Map and reduce over files: counts the words of each file in a task of its own, and adds the counts up in a tree on
// the workers. The tree depends on the list of files alone, so that sums of floating-point numbers come out alike, too.
//
//   08_map_reduce FILE...      (without files: the parts of a poem, written to a temporary folder)

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <unistd.h>

#include <rankpool/rankpool.hpp>

using Words = std::map<std::string, long>;

Words count_words(const std::filesystem::path& file) {
    std::ifstream in(file);
    if (!in) throw std::runtime_error("cannot read '" + file.string() + "': do all ranks see this folder?");
    Words words;
    for (std::string word; in >> word;) {
        std::erase_if(word, [](unsigned char letter) { return std::isalpha(letter) == 0; });
        for (char& letter : word) letter = static_cast<char>(std::tolower(static_cast<unsigned char>(letter)));
        if (!word.empty()) ++words[word];
    }
    return words;
}

Words add_up(Words all, const Words& more) {
    for (const auto& [word, count] : more) all[word] += count;
    return all;
}

std::vector<std::filesystem::path> write_poem(const std::filesystem::path& folder) {
    std::filesystem::create_directories(folder);
    std::vector<std::filesystem::path> files;
    for (int part = 0; part < 20; ++part) {
        files.push_back(folder / ("part" + std::to_string(part)));
        std::ofstream(files.back()) << "The rank that waits, the rank that works,\n"
                                    << (part % 2 == 0 ? "the queue that grows.\n" : "the task that goes.\n");
    }
    return files;
}

int main(int argc, char** argv) {
    return rankpool::run(argc, argv, [&](rankpool::Executor& pool) {
        std::vector<std::filesystem::path> files(argv + 1, argv + argc);
        const auto folder = std::filesystem::temp_directory_path() / ("rankpool_words_" + std::to_string(getpid()));
        if (files.empty()) files = write_poem(folder);

        const Words words = pool.map_reduce({.leaf_size = 4}, count_words, add_up, files).result();

        std::filesystem::remove_all(folder);
        std::vector<std::pair<std::string, long>> often(words.begin(), words.end());
        std::ranges::stable_sort(often, [](const auto& a, const auto& b) { return a.second > b.second; });
        for (const auto& [word, count] : often) std::cout << count << ' ' << word << '\n';
    });
}
