#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include <boost/serialization/base_object.hpp>
#include <boost/serialization/export.hpp>
#include <boost/serialization/map.hpp>
#include <boost/serialization/optional.hpp>
#include <boost/serialization/set.hpp>
#include <boost/serialization/split_free.hpp>
#include <boost/serialization/split_member.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/utility.hpp>
#include <boost/serialization/vector.hpp>
#include <gtest/gtest.h>

#include <rankpool/boost_serialization.hpp>

#include "random_bytes.hpp"

namespace rankpool::tests {
namespace {

template <class T>
Bytes pack(const T& item) {
    Bytes bytes;
    ByteWriter writer(bytes);
    encode<T>(writer, item);
    return bytes;
}
template <class T>
T unpack(const Bytes& bytes) {
    ByteReader reader(bytes.view());
    T item = decode<T>(reader);
    EXPECT_EQ(reader.remaining(), 0U);
    return item;
}

}  // namespace

enum class Material { steel, water };

// With a public member.
struct Cell {
    int number = 0;
    bool is_edge = false;
    Material material = Material::steel;
    std::wstring label;
    friend bool operator==(const Cell&, const Cell&) = default;

    template <class Archive>
    void serialize(Archive& archive, unsigned) {
        archive& number& is_edge& material& label;
    }
};

// With private members, nested containers, and one of the above.
class Mesh {
  public:
    Mesh() = default;
    Mesh(std::vector<double> points, std::map<std::string, std::vector<Cell>> parts, std::set<std::string> tags)
        : points_(std::move(points)), parts_(std::move(parts)), tags_(std::move(tags)) {}
    friend bool operator==(const Mesh&, const Mesh&) = default;

  private:
    friend class boost::serialization::access;
    template <class Archive>
    void serialize(Archive& archive, unsigned) {
        archive& points_& parts_& tags_& flags_& fixed_& pair_;
    }
    std::vector<double> points_;
    std::map<std::string, std::vector<Cell>> parts_;
    std::set<std::string> tags_;
    std::vector<bool> flags_{true, false};
    int fixed_[3] = {1, 2, 3};
    std::pair<int, std::string> pair_{4, "four"};
};

// Split into saving and loading, with a version.
struct Field {
    std::string name;
    int loaded_version = 0;
    template <class Archive>
    void save(Archive& archive, unsigned) const {
        archive << name;
    }
    template <class Archive>
    void load(Archive& archive, unsigned version) {
        archive >> name;
        loaded_version = static_cast<int>(version);
    }
    BOOST_SERIALIZATION_SPLIT_MEMBER()
};

// Somebody else's types: with free functions next to it, and in Boost's namespace.
struct Foreign {
    std::string text;
};
template <class Archive>
void serialize(Archive& archive, Foreign& item, unsigned) {
    archive& item.text;
}
struct Library final {
    std::string text;
};

// A hierarchy.
struct Shape {
    virtual ~Shape() = default;
    virtual double area() const = 0;
    template <class Archive>
    void serialize(Archive&, unsigned) {}
};
struct Square : Shape {
    double side = 0;
    double area() const override { return side * side; }
    template <class Archive>
    void serialize(Archive& archive, unsigned) {
        archive& boost::serialization::base_object<Shape>(*this);
        archive& side;
    }
};
struct Ring : Shape {
    std::shared_ptr<Ring> next;
    double area() const override { return 1; }
    template <class Archive>
    void serialize(Archive& archive, unsigned) {
        archive& boost::serialization::base_object<Shape>(*this);
        archive& next;
    }
};
struct Secret : Shape {  // Not exported.
    double area() const override { return 0; }
    template <class Archive>
    void serialize(Archive& archive, unsigned) {
        archive& boost::serialization::base_object<Shape>(*this);
    }
};

// Without any of it.
struct Mute {
    std::string text;
};
struct Bare {
    int number = 0;
};

}  // namespace rankpool::tests

BOOST_CLASS_VERSION(rankpool::tests::Field, 3)
BOOST_CLASS_EXPORT(rankpool::tests::Square)
BOOST_CLASS_EXPORT(rankpool::tests::Ring)

namespace boost::serialization {
template <class Archive>
void save(Archive& archive, const rankpool::tests::Library& item, unsigned) {
    archive << item.text;
}
template <class Archive>
void load(Archive& archive, rankpool::tests::Library& item, unsigned) {
    archive >> item.text;
}
}  // namespace boost::serialization
BOOST_SERIALIZATION_SPLIT_FREE(rankpool::tests::Library)

namespace rankpool::tests {
namespace {

Mesh example_mesh() {
    std::map<std::string, std::vector<Cell>> parts;
    parts["inside"] = {{1, false, Material::water, L"first"}, {2, true, Material::steel, L""}};
    parts["none"] = {};
    return {{1.0, 2.5, -3.0}, parts, {"a", "b"}};
}

TEST(BoostSerialization, recognises_all_ways_to_write_serialize) {
    static_assert(CrossesRanks<Cell>);
    static_assert(CrossesRanks<Mesh>, "private member");
    static_assert(CrossesRanks<Field>, "split member");
    static_assert(CrossesRanks<Foreign>, "free function found by its argument");
    static_assert(CrossesRanks<Library>, "free functions in Boost's namespace, of a final class");
    static_assert(CrossesRanks<std::unique_ptr<Shape>>);
    static_assert(CrossesRanks<std::shared_ptr<Cell>>);
    static_assert(CrossesRanks<std::map<int, std::vector<Mesh>>>);
    static_assert(CrossesRanks<std::optional<Mesh>>);
}

TEST(BoostSerialization, leaves_other_types_alone) {
    static_assert(!CrossesRanks<Mute>);
    static_assert(!CrossesRanks<std::vector<Mute>>);
    static_assert(!CrossesRanks<std::shared_ptr<Mute>>);
    static_assert(!CrossesRanks<std::shared_ptr<int>>);
    static_assert(!CrossesRanks<int*>);
    static_assert(!CrossesRanks<std::string_view>);
    static_assert(CrossesRanks<Bare> && detail::has_bytes_codec<Bare>);
    static_assert(CrossesRanks<std::unique_ptr<Bare>>);
    EXPECT_EQ(unpack<Bare>(pack(Bare{5})).number, 5);
}

TEST(BoostSerialization, values_come_back_equal) {
    const Mesh mesh = example_mesh();
    EXPECT_EQ(unpack<Mesh>(pack(mesh)), mesh);
    EXPECT_EQ(unpack<Mesh>(pack(Mesh())), Mesh());
    const std::vector<Mesh> meshes{mesh, Mesh(), mesh};
    EXPECT_EQ(unpack<std::vector<Mesh>>(pack(meshes)), meshes);
    EXPECT_TRUE(unpack<std::vector<Mesh>>(pack(std::vector<Mesh>())).empty());
    const std::map<std::string, Mesh> named{{"one", mesh}, {"two", {}}};
    EXPECT_EQ((unpack<std::map<std::string, Mesh>>(pack(named))), named);
    EXPECT_EQ(unpack<Foreign>(pack(Foreign{"text"})).text, "text");
    EXPECT_EQ(unpack<Library>(pack(Library{"text"})).text, "text");
}

TEST(BoostSerialization, versions_of_classes_are_kept) {
    const Field field = unpack<Field>(pack(Field{"pressure", 0}));
    EXPECT_EQ(field.name, "pressure");
    EXPECT_EQ(field.loaded_version, 3);
}

TEST(BoostSerialization, arrays_of_numbers_travel_as_one_block) {
    const Mesh mesh(std::vector<double>(100'000, 1.5), {}, {});
    const Bytes bytes = pack(mesh);
    EXPECT_LT(bytes.size(), 100'000 * sizeof(double) + 1000);
    EXPECT_EQ(unpack<Mesh>(bytes), mesh);
}

TEST(BoostSerialization, pointers_to_base_classes_keep_the_dynamic_type) {
    auto square = std::make_unique<Square>();
    square->side = 3;
    const std::unique_ptr<Shape> shape = std::move(square);
    const auto back = unpack<std::unique_ptr<Shape>>(pack(shape));
    EXPECT_EQ(back->area(), 9);
    EXPECT_NE(dynamic_cast<Square*>(back.get()), nullptr);
    EXPECT_EQ(unpack<std::unique_ptr<Shape>>(pack(std::unique_ptr<Shape>())), nullptr);
    const std::shared_ptr<Shape> shared = std::make_shared<Square>();
    EXPECT_EQ(unpack<std::shared_ptr<Shape>>(pack(shared))->area(), 0);
}

TEST(BoostSerialization, objects_that_are_shared_stay_shared) {
    auto first = std::make_shared<Ring>();
    first->next = std::make_shared<Ring>();
    first->next->next = first;
    auto back = unpack<std::shared_ptr<Ring>>(pack(first));
    EXPECT_EQ(back->next->next, back);
    EXPECT_NE(back->next, back);
    back->next->next.reset();
    first->next->next.reset();
}

TEST(BoostSerialization, a_class_that_is_not_exported_is_reported_with_what_to_do) {
    const std::unique_ptr<Shape> secret = std::make_unique<Secret>();
    try {
        pack(secret);
        FAIL();
    } catch (const ConfigError& error) {
        EXPECT_NE(std::string(error.what()).find("BOOST_CLASS_EXPORT"), std::string::npos) << error.what();
    }
}

TEST(BoostSerialization, bytes_that_end_too_early_are_refused_at_every_length) {
    const Bytes bytes = pack(example_mesh());
    for (std::size_t length = 0; length < bytes.size(); ++length) {
        ByteReader reader(bytes.view().first(length));
        EXPECT_THROW((void)decode<Mesh>(reader), DecodeError) << length;
    }
}

TEST(BoostSerialization, damaged_bytes_are_refused) {
    RandomBytes random;
    const auto ring = std::make_shared<Ring>();
    const Bytes mesh = pack(std::vector<Mesh>{example_mesh(), example_mesh()});
    const Bytes pointer = pack(std::shared_ptr<Shape>(ring));
    for (int i = 0; i < 2000; ++i) {
        const Bytes damaged_mesh = random.damage(mesh);
        ByteReader mesh_reader(damaged_mesh.view());
        EXPECT_THROW((void)decode<std::vector<Mesh>>(mesh_reader), DecodeError) << random.story();
        const Bytes damaged_pointer = random.damage(pointer);
        ByteReader pointer_reader(damaged_pointer.view());
        EXPECT_THROW((void)decode<std::shared_ptr<Shape>>(pointer_reader), DecodeError) << random.story();
    }
}

}  // namespace
}  // namespace rankpool::tests
