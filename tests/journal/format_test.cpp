#include <cstring>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <rankpool/journal/format.hpp>

namespace rankpool::journal {
namespace {

struct Record {
    TaskKey key;
    std::uint64_t finished_s = 0;
    std::string name;
    std::string result;
    friend bool operator==(const Record&, const Record&) = default;
};

Bytes file_of(const std::vector<Record>& records) {
    Bytes bytes;
    append_header(bytes);
    for (const Record& record : records) {
        append_record(bytes, {record.key, record.finished_s, record.name, part(record.result)});
    }
    return bytes;
}

std::vector<Record> read(BytesView file) {
    std::vector<Record> records;
    Reader reader(file);
    for (Found found; reader.next(found);) {
        const auto* const result = reinterpret_cast<const char*>(found.entry.result.data());
        records.push_back({found.entry.key, found.entry.finished_s, std::string(found.entry.name),
                           std::string(result, found.entry.result.size())});
    }
    EXPECT_LE(reader.end(), file.size());
    return records;
}

const std::vector<Record> three{{{1, 2}, 1'700'000'000, "step 7", "result"},
                                {{3, 4}, 1'700'000'001, "", ""},
                                {{5, 6}, 1'700'000'002, "a name", std::string(1000, 'x')}};

TEST(JournalFormat, is_read_as_it_was_written) {
    const Bytes file = file_of(three);
    EXPECT_EQ(read(file.view()), three);
    Reader reader(file.view());
    for (Found found; reader.next(found);) {
    }
    EXPECT_EQ(reader.end(), file.size());
    EXPECT_EQ(reader.damaged_bytes(), 0U);
    EXPECT_EQ(read(file_of({}).view()), std::vector<Record>{});
    EXPECT_EQ(read({}), std::vector<Record>{});
}

TEST(JournalFormat, keeps_its_bytes) {
    // Journals outlive versions of the library: a change here needs another version number.
    const Bytes file = file_of({{{0x1122334455667788, 0x99aabbccddeeff00}, 1, "n", "r"}});
    std::string hex;
    for (const std::byte byte : file.view()) {
        constexpr const char* digits = "0123456789abcdef";
        hex += digits[std::to_integer<unsigned>(byte) >> 4];
        hex += digits[std::to_integer<unsigned>(byte) & 15];
    }
    EXPECT_EQ(hex.substr(0, 2 * (header_bytes + 42)),
              "52504a4f55524e0a0100000000000000"
              "d172707461736b0a0100000000000000887766554433221100ffeeddccbbaa9901000100000000006e72");
    EXPECT_EQ(file.size(), header_bytes + record_bytes_min + 2);
}

TEST(JournalFormat, cuts_a_torn_tail_wherever_it_is_torn) {
    const Bytes file = file_of(three);
    const std::size_t second_ends = file_of({three[0], three[1]}).size();
    const std::size_t first_ends = file_of({three[0]}).size();
    for (std::size_t size = 0; size < file.size(); ++size) {
        const std::size_t whole = size < first_ends ? 0 : size < second_ends ? 1 : 2;
        const std::vector<Record> expected(three.begin(), three.begin() + static_cast<std::ptrdiff_t>(whole));
        ASSERT_EQ(read(file.view().first(size)), expected) << size;
        Reader reader(file.view().first(size));
        for (Found found; reader.next(found);) {
        }
        const std::size_t end = whole == 2   ? second_ends
                                : whole == 1 ? first_ends
                                             : (size < header_bytes ? 0 : header_bytes);
        ASSERT_EQ(reader.end(), end) << size;
    }
}

TEST(JournalFormat, loses_only_the_record_that_is_damaged) {
    const Bytes good = file_of(three);
    for (std::size_t bit = header_bytes * 8; bit < good.size() * 8; ++bit) {
        Bytes file = good;
        file.data()[bit / 8] ^= std::byte{1} << (bit % 8);
        const std::vector<Record> left = read(file.view());
        ASSERT_EQ(left.size(), 2U) << bit;
        for (const Record& record : left) {
            ASSERT_TRUE(record == three[0] || record == three[1] || record == three[2]) << bit;
        }
    }
}

TEST(JournalFormat, makes_nothing_of_random_bytes) {
    const unsigned seed = std::random_device{}();
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    const Bytes good = file_of(three);
    for (int round = 0; round < 20'000; ++round) {
        // Pieces of a good file, and noise, in any order: lengths that lie, marks in the wrong place.
        Bytes file;
        append_header(file);
        std::size_t whole = 0;
        for (int i = 0; i < 6; ++i) {
            switch (random() % 3) {
                case 0: {
                    const Record& record = three[random() % 3];
                    append_record(file, {record.key, record.finished_s, record.name, part(record.result)});
                    ++whole;
                    break;
                }
                case 1: {
                    const std::size_t from = random() % good.size();
                    // Too short for a record, so that none is whole by chance.
                    const std::size_t count = std::min<std::size_t>(random() % record_bytes_min, good.size() - from);
                    file.append(good.data() + from, count);
                    break;
                }
                default:
                    for (auto n = random() % 100; n > 0; --n) {
                        const auto byte = static_cast<unsigned char>(random());
                        file.append(&byte, 1);
                    }
            }
        }
        // A piece before may have swallowed a whole one only if its own checksum were right.
        ASSERT_EQ(read(file.view()).size(), whole);
    }
}

TEST(JournalFormat, refuses_other_files_and_other_versions) {
    Bytes file = file_of(three);
    file.data()[8] = std::byte{2};
    EXPECT_FALSE(has_header(file.view()));
    EXPECT_TRUE(read(file.view()).empty());
    EXPECT_FALSE(has_header(part("something else entirely")));
}

TEST(JournalFormat, bounds_names) {
    const Bytes file = file_of({{{1, 2}, 3, std::string(100'000, 'n'), "r"}});
    EXPECT_EQ(read(file.view()), (std::vector<Record>{{{1, 2}, 3, std::string(name_bytes_max, 'n'), "r"}}));
}

TEST(TaskKey, is_of_the_parts_and_their_borders) {
    EXPECT_EQ(key_of({part("ab"), part("c")}), key_of({part("ab"), part("c")}));
    EXPECT_NE(key_of({part("ab"), part("c")}), key_of({part("a"), part("bc")}));
    EXPECT_NE(key_of({part("ab")}), key_of({part("ab"), part("")}));
    EXPECT_NE(key_of({part(1)}), key_of({part(2)}));
    EXPECT_EQ(to_text({0x1, 0xabc}), "00000000000000010000000000000abc");
    // Journals outlive processes and versions.
    EXPECT_EQ(to_text(key_of({part("step 7")})), "3e042d11bf69a99d8f84a93b2571d028");
}

}  // namespace
}  // namespace rankpool::journal
