#pragma once

#include <stdexcept>
#include <string>

namespace rankpool {

/// What rankpool throws about the outside world. The text says what, why it matters, and what to try.
class Error : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

/// An MPI call failed; carries MPI's own text.
class MpiError : public Error {
    using Error::Error;
};

/// An HDF5 call failed; carries file, dataset and HDF5's own reason.
class Hdf5Error : public Error {
    using Error::Error;
};

/// An option, environment variable or argument cannot be used.
class ConfigError : public Error {
    using Error::Error;
};

/// The way the program was started does not work; the text has the command to use instead.
class LaunchError : public Error {
    using Error::Error;
};

/// Bytes from a message or file do not have the form they should.
class DecodeError : public Error {
    using Error::Error;
};

/// `result()` of a cancelled task.
class CancelledError : public Error {
  public:
    CancelledError() : Error("the task was cancelled before it started") {}
    using Error::Error;
};

/// A wait ended before what it waited for; the task goes on.
class TimeoutError : public Error {
    using Error::Error;
};

/// The executor cannot run tasks any more: its initializer failed, it lost its workers, or it is gone.
class BrokenExecutor : public Error {
    using Error::Error;
};

/// `submit` after `shutdown`.
class ShutdownError : public Error {
    using Error::Error;
};

/// No worker of the pool has what the task needs, so it can never run.
class InfeasibleError : public Error {
    using Error::Error;
};

/// The task was not started because the pool's time ends; run the program again with more.
class WalltimeError : public Error {
    using Error::Error;
};

/// Tasks wait for each other in a circle, so none of them can ever go on.
class DeadlockError : public Error {
    using Error::Error;
};

}  // namespace rankpool
