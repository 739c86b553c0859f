"""Makes and reads HDF5 files without rankpool, for tests that compare with what others see.

h5py_helper.py kinds FILE      datasets of kinds that rankpool does not make
h5py_helper.py unfinished FILE a file whose writer was killed
h5py_helper.py show FILE       prints everything in a file, one line per object and attribute
"""
import os
import sys

try:
    import h5py
    import numpy
except ImportError:
    sys.exit(77)


def kinds(path):
    with h5py.File(path, "w") as file:
        file["float"] = numpy.array([0.5, 1.5])
        file["half"] = numpy.array([0.5], dtype="float16")
        file["big_endian"] = numpy.array([-1, 2, 70000], dtype=">i4")
        file["bool"] = numpy.array([True, False])
        file["compound"] = numpy.zeros(2, dtype=[("x", "f8"), ("id", "i4")])
        file["text"] = "hello"
        file["fixed_text"] = numpy.bytes_("hello")
        file["empty"] = h5py.Empty("f8")
        file["group/inner"] = numpy.arange(3)
        file.create_dataset("checked", data=numpy.arange(100), chunks=(30,), fletcher32=True, compression=4)
        file.create_dataset("lzf", data=numpy.arange(100), chunks=(30,), compression="lzf")
        file["type"] = numpy.dtype("i4")
        file["dangling"] = h5py.SoftLink("/nowhere")
        file["float"].attrs.update(flag=True, big=numpy.uint64(2**64 - 1), fixed=numpy.bytes_("abc"), row=[1, 2])


def unfinished(path):
    file = h5py.File(path, "w", libver="latest")
    file["x"] = numpy.arange(3)
    file.swmr_mode = True
    file.flush()
    os._exit(0)


def show_attributes(name, thing):
    for key in sorted(thing.attrs):
        value = thing.attrs[key]
        kind = type(value).__name__
        print(f"{name}@{key} {kind} {value.tolist() if hasattr(value, 'tolist') else value}")


def show(path):
    def visit(name, thing):
        if isinstance(thing, h5py.Dataset):
            data = thing[()]
            print(f"/{name} {thing.dtype} {thing.shape} {thing.chunks} {thing.compression} {thing.shuffle} "
                  f"max={thing.maxshape} first={data.ravel()[:3].tolist()} sum={data.sum()}")
        else:
            print(f"/{name} group")
        show_attributes("/" + name, thing)

    with h5py.File(path, "r") as file:
        show_attributes("/", file)
        file.visititems(visit)


if __name__ == "__main__":
    {"kinds": kinds, "unfinished": unfinished, "show": show}[sys.argv[1]](sys.argv[2])
