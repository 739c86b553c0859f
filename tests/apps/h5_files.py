"""Makes HDF5 files with h5py and compares them, for tests of `rankpool h5`.

h5_files.py make FILE            a file with all kinds of objects
h5_files.py compare FILE OTHER   prints what differs in names, links, types, attributes, references and elements
h5_files.py layout FILE          prints chunks and filters of every dataset
h5_files.py stats FILE DATASET   what numpy says: count min max mean std
h5_files.py damage FILE          flips a byte in a chunk of /checked
"""
import sys

try:
    import h5py
    import numpy
except ImportError:
    sys.exit(77)


def make(path):
    random = numpy.random.default_rng(3)
    with h5py.File(path, "w", track_order=True) as file:
        time = file.create_dataset("zeit", data=numpy.arange(300.0))
        time.attrs["units"] = "seconds since 2000-01-01"
        time.make_scale("zeit")
        place = file.create_dataset("ort", data=numpy.arange(400.0))
        place.make_scale("ort")
        field = file.create_dataset("group/field", data=random.standard_normal((300, 400)).round(2), chunks=(50, 60),
                                    shuffle=True, compression=4, fillvalue=-1.0)
        field.dims[0].attach_scale(time)
        field.dims[1].attach_scale(place)
        field.attrs["_FillValue"] = numpy.array([-1.0])
        field.attrs["long_name"] = "Größe"
        field.attrs["of"] = time.ref
        file["checked"] = numpy.zeros(0)
        del file["checked"]
        file.create_dataset("checked", data=numpy.arange(100000, dtype="i4"), chunks=(1000,), fletcher32=True)
        file.create_dataset("big_endian", data=random.integers(0, 9, (200, 300)).astype(">i2"), chunks=(64, 64),
                            compression=1)
        file.create_dataset("half", data=random.standard_normal((200, 300)).astype("f2"))
        file.create_dataset("flags", data=random.integers(0, 2, 70000).astype(bool), chunks=(3000,))
        points = numpy.zeros(20000, dtype=[("x", "f8"), ("id", "i4"), ("name", "S6")])
        points["x"] = random.standard_normal(20000)
        points["name"] = b"point"
        file.create_dataset("points", data=points, chunks=(512,), compression=2)
        file.create_dataset("complex", data=random.standard_normal((100, 100)) * (1 + 2j))
        file.create_dataset("words", data=["eins", "zwei", "drei"] * 50, dtype=h5py.string_dtype())
        lists = file.create_dataset("lists", (3,), dtype=h5py.vlen_dtype("i4"))
        lists[0], lists[2] = [1, 2, 3], [4]
        references = file.create_dataset("references", (2,), dtype=h5py.ref_dtype)
        references[0] = field.ref
        regions = file.create_dataset("regions", (1,), dtype=h5py.regionref_dtype)
        regions[0] = field.regionref[2:4, 5:9]
        file.create_dataset("growing", data=numpy.arange(9000.0).reshape(90, 100), chunks=(7, 9), maxshape=(None, 200))
        part = file.create_dataset("unwritten", (500, 500), chunks=(50, 50), dtype="f4", fillvalue=7, compression=1)
        part[60:70, 60:70] = 1
        file.create_dataset("nothing", (0, 5), chunks=(1, 5), maxshape=(None, 5))
        file["scalar"] = 42
        file["empty"] = h5py.Empty("f8")
        file["type"] = numpy.dtype([("a", "i4"), ("b", "f4")])
        file["again"] = field
        file["soft"] = h5py.SoftLink("/group/field")
        file["dangling"] = h5py.SoftLink("/nowhere")
        file["outside"] = h5py.ExternalLink("other.h5", "/x")
        file["group"].attrs["note"] = "a group"
        file.attrs["Conventions"] = "CF-1.8"
        with_nans = random.standard_normal(50000)
        with_nans[::7] = numpy.nan
        file.create_dataset("nans", data=with_nans, chunks=(999,), compression=1)


def comparable(value, file):
    if isinstance(value, h5py.RegionReference):
        return ["region", file[value].name, file[value][value].tolist()]
    if isinstance(value, h5py.Reference):
        return ["reference", file[value].name if value else None]
    if isinstance(value, numpy.void) and value.dtype.names:
        return [comparable(item, file) for item in value]
    if isinstance(value, numpy.ndarray) and (value.dtype.names or value.dtype == object):
        return [comparable(item, file) for item in value.ravel()]
    return value.tolist() if hasattr(value, "tolist") else value


def same(a, b):
    return repr(a) == repr(b)


def differences(a, b):
    if list(a) != list(b):
        yield f"members {list(a)} {list(b)}"
    for name in a:
        left, right = a.get(name, getlink=True), b.get(name, getlink=True)
        if type(left) is not type(right) or vars(left) != vars(right):
            yield f"{a.name}/{name}: links differ"
        if not isinstance(left, h5py.HardLink):
            continue
        left, right = a[name], b[name]
        if list(left.attrs) != list(right.attrs):
            yield f"{left.name}: attributes {list(left.attrs)} {list(right.attrs)}"
        for key in left.attrs:
            if left.attrs.get_id(key).dtype != right.attrs.get_id(key).dtype or not same(
                    comparable(left.attrs[key], a.file), comparable(right.attrs[key], b.file)):
                yield f"{left.name}@{key} differs"
        if isinstance(left, h5py.Group):
            yield from differences(left, right)
        elif isinstance(left, h5py.Dataset):
            if (left.dtype, left.shape, left.maxshape) != (right.dtype, right.shape, right.maxshape):
                yield f"{left.name}: {left.dtype} {left.shape} {right.dtype} {right.shape}"
            # h5py itself dies of asking for the fill value of texts and lists.
            if left.shape is not None and left.dtype.kind not in "OV" and not same(left.fillvalue, right.fillvalue):
                yield f"{left.name}: fill values {left.fillvalue} {right.fillvalue}"
            if left.shape is not None and left.dtype != object and left.dtype.kind != "V":
                if left[()].tobytes() != right[()].tobytes():
                    yield f"{left.name}: elements differ"
            elif left.shape is not None and not same(comparable(left[()], a.file), comparable(right[()], b.file)):
                yield f"{left.name}: elements differ"


def compare(a, b):
    with h5py.File(a) as left, h5py.File(b) as right:
        for line in differences(left, right):
            print(line)
        if [comparable(v, left) for v in left.attrs.values()] != [comparable(v, right) for v in right.attrs.values()]:
            print("root attributes differ")


def layout(path):
    def show(name, thing):
        if isinstance(thing, h5py.Dataset):
            print(name, thing.chunks, thing.compression, thing.compression_opts, thing.shuffle, thing.fletcher32)
    with h5py.File(path) as file:
        file.visititems(show)


def stats(path, name):
    with h5py.File(path) as file:
        data = file[name][()]
    numbers = data[~numpy.isnan(data)].astype("f8")
    print(numbers.size, numbers.min(), numbers.max(), numbers.mean(), numbers.std())


def damage(path):
    with h5py.File(path) as file:
        place = file["checked"].id.get_chunk_info(5).byte_offset
    with open(path, "r+b") as file:
        file.seek(place + 40)
        byte = file.read(1)[0]
        file.seek(place + 40)
        file.write(bytes([byte ^ 4]))


if __name__ == "__main__":
    {"make": make, "compare": compare, "layout": layout, "stats": stats, "damage": damage}[sys.argv[1]](*sys.argv[2:])
