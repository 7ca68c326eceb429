#include "isthmus/core/atomic_file.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <ctime>
#include <optional>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "isthmus/core/error.hpp"

namespace isthmus {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxReadAtOnce = std::size_t{1} << 30U;  // Linux caps a call at 2^31 - 4096

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) noexcept : fd_(fd) {}
  ~FileDescriptor() { static_cast<void>(close()); }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;

  [[nodiscard]] int get() const noexcept { return fd_; }
  /// 0 or errno. Network file systems report a full disk only here.
  [[nodiscard]] int close() noexcept {
    const int fd = std::exchange(fd_, -1);
    return fd >= 0 && ::close(fd) != 0 && errno != EINTR ? errno : 0;
  }

 private:
  int fd_;
};

/// Past RLIMIT_FSIZE the kernel sends SIGXFSZ, whose default is death, before write() may return
/// EFBIG. Blocked here for this thread; one that our write raised is taken back.
class FileSizeSignalBlocked {
 public:
  FileSizeSignalBlocked() noexcept {
    sigemptyset(&ours_);
    sigaddset(&ours_, SIGXFSZ);
    pthread_sigmask(SIG_BLOCK, &ours_, &before_);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGXFSZ) == 1;
  }
  ~FileSizeSignalBlocked() {
    if (!was_pending_) {
      const timespec no_wait{};
      while (sigtimedwait(&ours_, nullptr, &no_wait) < 0 && errno == EINTR) {
      }
    }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  FileSizeSignalBlocked(const FileSizeSignalBlocked&) = delete;
  FileSizeSignalBlocked& operator=(const FileSizeSignalBlocked&) = delete;

 private:
  sigset_t ours_{};
  sigset_t before_{};
  bool was_pending_ = false;
};

[[noreturn]] void throw_write_failure(const fs::path& path, int code) {
  const std::string message = "cannot write " + path.string() + ": " + errno_text(code);
  switch (code) {
    case ENOSPC:
    case EDQUOT:
      throw ResourceLimit(message, "free some space or write elsewhere");
    case EFBIG:
      throw ResourceLimit(message, "the file size limit (ulimit -f) or the file system forbids it");
    case EACCES:
    case EPERM:
    case EROFS:
      throw RunFailed(message,
                      "the folder must be writable: results are written there under a "
                      "temporary name first");
    default:
      throw RunFailed(message);
  }
}

[[noreturn]] void throw_exists(const fs::path& path) {
  throw InvalidArgument("cannot write " + path.string() + ": it exists already",
                        "--force replaces it");
}

/// 0 or errno.
int write_all(int fd, std::string_view content) noexcept {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), std::min(content.size(), kMaxReadAtOnce));
    if (written < 0 && errno == EINTR) {
      continue;
    }
    if (written <= 0) {
      return written < 0 ? errno : EIO;
    }
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return 0;
}

/// A new file beside the target, removed again unless it was renamed.
class TemporaryFile {
 public:
  /// Plain open() instead of mkstemp(): the new file gets the rights that the umask leaves.
  explicit TemporaryFile(const fs::path& folder) {
    static std::atomic<unsigned> counter{0};
    do {
      path_ = folder / (".isthmus-" + std::to_string(::getpid()) + "-" +
                        std::to_string(counter.fetch_add(1, std::memory_order_relaxed)) + ".tmp");
      const int fd = ::open(path_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
      if (fd >= 0) {
        fd_.emplace(fd);
        return;
      }
    } while (errno == EEXIST || errno == EINTR);  // EEXIST: left behind by a killed process
    failure_ = errno;
  }
  ~TemporaryFile() {
    if (fd_.has_value() && !renamed_) {
      ::unlink(path_.c_str());
    }
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;

  [[nodiscard]] int failure() const noexcept { return failure_; }
  [[nodiscard]] int fd() const noexcept { return fd_->get(); }
  [[nodiscard]] const fs::path& path() const noexcept { return path_; }
  [[nodiscard]] int close() noexcept { return fd_->close(); }

  /// 0 or errno; EEXIST if kRefuse and another process made the file meanwhile.
  [[nodiscard]] int rename_to(const fs::path& target, Overwrite overwrite) noexcept {
    int result = -1;
    if (overwrite == Overwrite::kRefuse) {
      result = ::renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE);
      if (result != 0 && errno != EINVAL && errno != ENOSYS) {
        return errno;
      }
    }
    if (result != 0) {  // replacing, or a file system without RENAME_NOREPLACE
      result = ::rename(path_.c_str(), target.c_str());
    }
    renamed_ = result == 0;
    return renamed_ ? 0 : errno;
  }

 private:
  fs::path path_;
  std::optional<FileDescriptor> fd_;
  int failure_ = 0;
  bool renamed_ = false;
};

/// Makes the rename durable. Folders that cannot be opened or synced (no read right, some network
/// file systems) leave that to the kernel. 0 or errno.
int sync_folder(const fs::path& folder) noexcept {
  FileDescriptor fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return fd.get() >= 0 && ::fsync(fd.get()) != 0 && errno == EIO ? EIO : 0;
}

/// Both forms of write_file_atomically(): `fill` makes the content of the temporary file and
/// returns 0 or errno.
void replace_file(const fs::path& path, Overwrite overwrite,
                  const std::function<int(const TemporaryFile&)>& fill) {
  std::error_code ignored;
  // Through a symbolic link the file it names is replaced, not the link.
  const fs::path target =
      fs::is_symlink(path, ignored) ? fs::weakly_canonical(path, ignored) : path;
  struct stat old {};
  const bool exists = ::stat(target.c_str(), &old) == 0;
  if (exists && S_ISDIR(old.st_mode)) {
    throw InvalidArgument("cannot write " + path.string() + ": it is a folder");
  }
  if (exists && !S_ISREG(old.st_mode)) {  // a rename would replace the device or pipe itself
    throw InvalidArgument("cannot write " + path.string() + ": it is not a regular file");
  }
  if (exists && overwrite == Overwrite::kRefuse) {
    throw_exists(path);
  }

  const fs::path folder = target.has_parent_path() ? target.parent_path() : fs::path(".");
  TemporaryFile temporary(folder);
  int failure = temporary.failure();
  if (failure == 0 && exists && ::fchmod(temporary.fd(), old.st_mode & 07777U) != 0) {
    failure = errno;
  }
  if (failure == 0) {
    const FileSizeSignalBlocked blocked;
    failure = fill(temporary);
  }
  if (failure == 0 && ::fsync(temporary.fd()) != 0) {
    failure = errno;
  }
  if (failure == 0) {
    failure = temporary.close();
  }
  if (failure == 0) {
    failure = temporary.rename_to(target, overwrite);
    if (failure == EEXIST && overwrite == Overwrite::kRefuse) {
      throw_exists(path);
    }
  }
  if (failure == 0) {
    failure = sync_folder(folder);
  }
  if (failure != 0) {
    throw_write_failure(path, failure);
  }
}

}  // namespace

void write_file_atomically(const fs::path& path, std::string_view content, Overwrite overwrite) {
  replace_file(path, overwrite,
               [content](const TemporaryFile& file) { return write_all(file.fd(), content); });
}

void write_file_atomically(const fs::path& path, const std::function<void(const fs::path&)>& fill,
                           Overwrite overwrite) {
  replace_file(path, overwrite, [&fill](const TemporaryFile& file) {
    fill(file.path());
    return 0;
  });
}

std::string read_file(const fs::path& path, std::size_t max_bytes) {
  const auto fail = [&path](const std::string& text) -> void {
    throw DataError({.file = path.string()}, text);
  };
  const FileDescriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat info {};
  if (fd.get() < 0 || ::fstat(fd.get(), &info) != 0) {
    fail("cannot be opened: " + errno_text(errno));
  }
  if (S_ISDIR(info.st_mode)) {
    fail("is a folder, not a file");
  }
  const auto fail_too_large = [&](std::size_t size) {
    fail("is too large (expected at most " + std::to_string(max_bytes) + " bytes, got " +
         std::to_string(size) + " or more)");
  };
  const auto stated = static_cast<std::size_t>(info.st_size);
  if (stated > max_bytes) {
    fail_too_large(stated);
  }
  // The stated size is a hint only: pipes and files of /proc state 0, others may grow meanwhile.
  std::string content;
  std::size_t filled = 0;
  content.resize(stated + 1);
  while (true) {
    if (filled == content.size()) {
      content.resize(content.size() + std::max<std::size_t>(content.size() / 2, 65536));
    }
    const ssize_t got = ::read(fd.get(), content.data() + filled,
                               std::min(content.size() - filled, kMaxReadAtOnce));
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      fail("cannot be read: " + errno_text(errno));
    }
    if (got == 0) {
      break;
    }
    filled += static_cast<std::size_t>(got);
    if (filled > max_bytes) {
      fail_too_large(filled);
    }
  }
  content.resize(filled);
  return content;
}

}  // namespace isthmus
