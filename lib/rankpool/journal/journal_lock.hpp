#pragma once

#include <string>

namespace rankpool::journal {

/// Keeps a journal's folder for one process, as long as it lives. The kernel gives it back when the process dies, by
/// whatever. The file `lock` in the folder says who has it.
class JournalLock {
  public:
    /// @throws ConfigError  another process has it (the text says which, on which host, in which job), or the folder
    ///                      cannot be used
    explicit JournalLock(const std::string& folder);
    ~JournalLock();
    JournalLock(const JournalLock&) = delete;
    JournalLock& operator=(const JournalLock&) = delete;

  private:
    int fd_ = -1;
};

}  // namespace rankpool::journal
