#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include <boost/serialization/base_object.hpp>
#include <boost/serialization/export.hpp>
#include <boost/serialization/map.hpp>
#include <boost/serialization/string.hpp>
#include <boost/serialization/vector.hpp>

#include <rankpool/boost_serialization.hpp>

#include "../support/executor_test.hpp"

namespace rankpool::tests {

struct Mesh {
    std::vector<double> points;
    std::map<std::string, std::vector<std::string>> parts;
    friend bool operator==(const Mesh&, const Mesh&) = default;
    template <class Archive>
    void serialize(Archive& archive, unsigned) {
        archive& points& parts;
    }
};
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
// A function object and an exception with members of their own.
struct Scale {
    std::map<std::string, double> factors;
    Mesh operator()(Mesh mesh) const {
        for (double& point : mesh.points) point *= factors.at("all");
        return mesh;
    }
    template <class Archive>
    void serialize(Archive& archive, unsigned) {
        archive& factors;
    }
};
struct MeshError : std::runtime_error {
    MeshError() : std::runtime_error("bad mesh") {}
    explicit MeshError(Mesh mesh_) : std::runtime_error("bad mesh"), mesh(std::move(mesh_)) {}
    Mesh mesh;
    template <class Archive>
    void serialize(Archive& archive, unsigned) {
        archive& mesh;
    }
};
inline const auto& mesh_error_crosses = crossing_exception<MeshError>();

}  // namespace rankpool::tests

BOOST_CLASS_EXPORT(rankpool::tests::Square)

namespace rankpool::tests {
namespace {

class SerializedTypes : public ExecutorTest {};

const Mesh mesh{std::vector<double>(2000, 0.5), {{"inside", {"a", "b"}}, {"none", {}}}};

TEST_F(SerializedTypes, are_arguments_and_results) {
    const auto grow = [](Mesh given) {
        given.points.push_back(1);
        return given;
    };
    Mesh grown = mesh;
    grown.points.push_back(1);
    EXPECT_EQ(pool().submit(grow, mesh).result(), grown);
    EXPECT_EQ(pool().submit([](const std::vector<Mesh>& all) { return all.at(1); }, std::vector{Mesh(), mesh}).result(),
              mesh);
}

TEST_F(SerializedTypes, are_inputs_and_items) {
    const auto first = pool().submit([](const Mesh& given) { return given; }, mesh);
    const auto size = [](const Mesh& given) { return given.points.size(); };
    EXPECT_EQ(pool().submit(size, first).result(), 2000U);
    for (const std::size_t count : pool().map(size, std::vector(50, mesh))) EXPECT_EQ(count, 2000U);
}

TEST_F(SerializedTypes, polymorphic_objects_keep_their_type) {
    const auto make = [](double side) -> std::unique_ptr<Shape> {
        auto square = std::make_unique<Square>();
        square->side = side;
        return square;
    };
    const auto future = pool().submit(make, 3.0);
    EXPECT_EQ(future.result()->area(), 9);
    EXPECT_EQ(pool().submit([](const std::unique_ptr<Shape>& shape) { return shape->area(); }, future).result(), 9);
    std::shared_ptr<Shape> shared = make(4);
    EXPECT_EQ(pool().submit([](const std::shared_ptr<Shape>& shape) { return shape->area(); }, shared).result(), 16);
}

TEST_F(SerializedTypes, are_functions_and_exceptions) {
    const Scale twice{{{"all", 2.0}}};
    EXPECT_EQ(pool().submit(twice, mesh).result().points[0], 1.0);
    for (const Mesh& result : pool().map(twice, std::vector{mesh})) EXPECT_EQ(result.points[0], 1.0);
    try {
        pool().submit([](const Mesh& given) { throw MeshError(given); }, mesh).result();
        FAIL();
    } catch (const MeshError& error) {
        EXPECT_EQ(error.mesh, mesh);
    }
}

}  // namespace
}  // namespace rankpool::tests
