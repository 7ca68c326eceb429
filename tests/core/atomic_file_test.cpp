#include "isthmus/core/atomic_file.hpp"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <iterator>
#include <random>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "isthmus/core/error.hpp"

#include "support/message_of.hpp"

namespace isthmus::atomic_file_test {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Throws;

std::string slurp(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

class AtomicFile : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "isthmus-atomic-XXXXXX").string();
    ASSERT_NE(mkdtemp(name.data()), nullptr);
    folder_ = name;
    file_ = folder_ / "out.txt";
  }
  void TearDown() override {
    fs::permissions(folder_, fs::perms::owner_all);
    fs::remove_all(folder_);
  }
  [[nodiscard]] std::ptrdiff_t files_in_folder() const {
    return std::distance(fs::directory_iterator(folder_), fs::directory_iterator());
  }

  fs::path folder_;
  fs::path file_;
};

/// Runs `work` in a child process; its value is the exit status, a signal gives 1000 + number.
int in_child(const std::function<int()>& work) {
  const pid_t pid = fork();
  if (pid == 0) {
    int status = 99;
    try {
      status = work();
    } catch (...) {
      status = 98;
    }
    _exit(status);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  return WIFSIGNALED(status) ? 1000 + WTERMSIG(status) : WEXITSTATUS(status);
}

TEST_F(AtomicFile, WritesAndReadsAnyBytes) {
  const std::vector<std::string> contents{"", "text\n", std::string("\0\xff\r\n", 4),
                                          std::string(3'000'001, 'x')};
  for (const std::string& content : contents) {
    write_file_atomically(file_, content, Overwrite::kReplace);
    EXPECT_EQ(slurp(file_), content);
    EXPECT_EQ(read_file(file_), content);
  }
  EXPECT_EQ(files_in_folder(), 1);
}

TEST_F(AtomicFile, TakesContentThatAnotherHandWrites) {
  write_file_atomically(file_, "old", Overwrite::kRefuse);
  const auto fill = [this](const fs::path& temporary) {
    EXPECT_EQ(temporary.parent_path(), folder_);
    EXPECT_EQ(fs::file_size(temporary), 0U);
    std::ofstream(temporary) << "new";
    EXPECT_EQ(slurp(file_), "old");
  };
  EXPECT_THROW(write_file_atomically(file_, fill, Overwrite::kRefuse), InvalidArgument);
  write_file_atomically(file_, fill, Overwrite::kReplace);
  EXPECT_EQ(slurp(file_), "new");
  EXPECT_THROW(write_file_atomically(
                   file_, [](const fs::path&) { throw RunFailed("stop"); }, Overwrite::kReplace),
               RunFailed);
  EXPECT_EQ(slurp(file_), "new");
  EXPECT_EQ(files_in_folder(), 1);
}

TEST_F(AtomicFile, TakesANameWithoutFolder) {
  const fs::path before = fs::current_path();
  fs::current_path(folder_);
  write_file_atomically("bare.txt", "a", Overwrite::kRefuse);
  fs::current_path(before);
  EXPECT_EQ(slurp(folder_ / "bare.txt"), "a");
}

TEST_F(AtomicFile, TakesTheLongestNameThatTheFileSystemAllows) {
  const fs::path longest = folder_ / std::string(255, 'n');
  write_file_atomically(longest, "a", Overwrite::kRefuse);
  EXPECT_EQ(slurp(longest), "a");
}

TEST_F(AtomicFile, RefusesAnExistingFileUnlessToldToReplace) {
  write_file_atomically(file_, "old", Overwrite::kRefuse);
  EXPECT_THAT([&] { write_file_atomically(file_, "new", Overwrite::kRefuse); },
              Throws<InvalidArgument>(
                  AllOf(::testing::Property(&Error::what, HasSubstr("out.txt: it exists already")),
                        ::testing::Property(&Error::hint, HasSubstr("--force")))));
  EXPECT_EQ(slurp(file_), "old");
  write_file_atomically(file_, "new", Overwrite::kReplace);
  EXPECT_EQ(slurp(file_), "new");
  EXPECT_EQ(files_in_folder(), 1);
}

TEST_F(AtomicFile, GivesNewFilesTheUmasksRightsAndKeepsThoseOfOldFiles) {
  const mode_t before = umask(027);
  write_file_atomically(file_, "a", Overwrite::kRefuse);
  umask(before);
  EXPECT_EQ(fs::status(file_).permissions(), fs::perms(0640));
  fs::permissions(file_, fs::perms(0604));
  write_file_atomically(file_, "b", Overwrite::kReplace);
  EXPECT_EQ(fs::status(file_).permissions(), fs::perms(0604));
}

TEST_F(AtomicFile, WritesThroughASymbolicLink) {
  fs::create_directory(folder_ / "sub");
  const fs::path real = folder_ / "sub" / "real.txt";
  write_file_atomically(real, "old", Overwrite::kRefuse);
  fs::create_symlink("sub/real.txt", file_);
  write_file_atomically(file_, "new", Overwrite::kReplace);
  EXPECT_TRUE(fs::is_symlink(file_));
  EXPECT_EQ(slurp(real), "new");
}

TEST_F(AtomicFile, NeverReplacesAFolderOrADevice) {
  EXPECT_THAT(test::message_of<InvalidArgument>(
                  [&] { write_file_atomically(folder_, "a", Overwrite::kReplace); }),
              HasSubstr("it is a folder"));
  const fs::path pipe = folder_ / "pipe";
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_THAT(test::message_of<InvalidArgument>(
                  [&] { write_file_atomically(pipe, "a", Overwrite::kReplace); }),
              HasSubstr("it is not a regular file"));
}

TEST_F(AtomicFile, SaysWhyAFolderCannotTakeTheFile) {
  EXPECT_THAT(test::message_of<RunFailed>(
                  [&] { write_file_atomically(folder_ / "none" / "a", "a", Overwrite::kReplace); }),
              HasSubstr("none/a: No such file or directory"));
  write_file_atomically(file_, "a", Overwrite::kRefuse);
  EXPECT_THAT(test::message_of<RunFailed>(
                  [&] { write_file_atomically(file_ / "under", "a", Overwrite::kReplace); }),
              HasSubstr("Not a directory"));
}

// Rights do not bind root, so a child takes another user's place where the test runs as root.
TEST_F(AtomicFile, FailsInAReadOnlyFolderAndKeepsTheOldFile) {
  write_file_atomically(file_, "old", Overwrite::kRefuse);
  fs::permissions(folder_, fs::perms(0555));
  const int status = in_child([this] {
    if (geteuid() == 0 && setuid(65534) != 0) {
      return 97;
    }
    try {
      write_file_atomically(file_, "new", Overwrite::kReplace);
    } catch (const RunFailed& e) {
      const bool told = std::string(e.what()).find("Permission denied") != std::string::npos;
      return told && e.hint().find("writable") != std::string::npos ? 0 : 1;
    }
    return 2;
  });
  EXPECT_EQ(status, 0);
  EXPECT_EQ(slurp(file_), "old");
  EXPECT_EQ(files_in_folder(), 1);
}

// The limit stands in for a full disk. SIGXFSZ keeps its deadly default: the writer must cope.
TEST_F(AtomicFile, ReportsTheFileSizeLimitAsAResourceAndKeepsTheOldFile) {
  write_file_atomically(file_, "old", Overwrite::kRefuse);
  const int status = in_child([this] {
    const rlimit limit{100'000, 100'000};
    if (setrlimit(RLIMIT_FSIZE, &limit) != 0) {
      return 97;
    }
    try {
      write_file_atomically(file_, std::string(100'001, 'x'), Overwrite::kReplace);
      return 1;
    } catch (const ResourceLimit& e) {
      if (std::string(e.what()).find("File too large") == std::string::npos) {
        return 2;
      }
    }
    sigset_t pending;
    sigset_t blocked;
    sigpending(&pending);
    pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
    if (sigismember(&pending, SIGXFSZ) == 1 || sigismember(&blocked, SIGXFSZ) == 1) {
      return 3;
    }
    write_file_atomically(file_.string() + "2", std::string(100'000, 'x'), Overwrite::kReplace);
    return 0;
  });
  EXPECT_EQ(status, 0);
  EXPECT_EQ(slurp(file_), "old");
  EXPECT_EQ(files_in_folder(), 2);
}

TEST_F(AtomicFile, ReportsAFullDiskAsAResource) {
  const fs::path full = "/dev/full";
  std::ofstream probe(full);
  if (!probe || (probe << "x" << std::flush).good()) {
    GTEST_SKIP() << "no /dev/full here";
  }
  // Devices are refused before anything is written to them, a full one too.
  EXPECT_THROW(write_file_atomically(full, "a", Overwrite::kReplace), InvalidArgument);
}

/// Kills a writer at a random moment, again and again: readers always find one whole version.
TEST_F(AtomicFile, LeavesOldOrNewWhenTheWriterIsKilled) {
  constexpr std::size_t kBytes = 2'000'000;
  write_file_atomically(file_, std::string(kBytes, 'a'), Overwrite::kRefuse);
  std::minstd_rand random(1);
  for (int round = 0; round < 12; ++round) {
    const pid_t pid = fork();
    if (pid == 0) {
      for (char letter = 'b';; letter = static_cast<char>(letter == 'z' ? 'a' : letter + 1)) {
        write_file_atomically(file_, std::string(kBytes, letter), Overwrite::kReplace);
      }
    }
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 30'000));
    kill(pid, SIGKILL);
    waitpid(pid, nullptr, 0);
    const std::string content = slurp(file_);
    ASSERT_EQ(content.size(), kBytes);
    ASSERT_EQ(content.find_first_not_of(content[0]), std::string::npos);
  }
  // What the killed writers left behind must not stop the next one.
  write_file_atomically(file_, "done", Overwrite::kReplace);
  EXPECT_EQ(slurp(file_), "done");
}

/// Many writers at once: each refuses or wins, and exactly one wins.
TEST_F(AtomicFile, LetsExactlyOneOfManyRefusingWritersWin) {
  std::vector<int> won(8);
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < won.size(); ++t) {
    threads.emplace_back([&, t] {
      try {
        write_file_atomically(file_, std::to_string(t), Overwrite::kRefuse);
        won[t] = 1;
      } catch (const InvalidArgument&) {
        won[t] = 0;
      }
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(std::count(won.begin(), won.end(), 1), 1);
  EXPECT_EQ(won[std::stoul(slurp(file_))], 1);
  EXPECT_EQ(files_in_folder(), 1);
}

TEST_F(AtomicFile, ReadingNamesTheFileAndTheReason) {
  EXPECT_THAT(test::message_of<DataError>([&] { (void)read_file(file_); }),
              HasSubstr("out.txt: cannot be opened: No such file or directory"));
  EXPECT_THAT(test::message_of<DataError>([&] { (void)read_file(folder_); }),
              HasSubstr("is a folder, not a file"));
  write_file_atomically(file_, "12345", Overwrite::kRefuse);
  EXPECT_EQ(read_file(file_, 5), "12345");
  EXPECT_THAT(test::message_of<DataError>([&] { (void)read_file(file_, 4); }),
              HasSubstr("expected at most 4 bytes, got 5"));
}

// Files of /proc state a size of 0, and a device may never end.
TEST_F(AtomicFile, ReadsFilesThatDoNotStateTheirSize) {
  EXPECT_THAT(read_file("/proc/self/status"), HasSubstr("Pid:"));
  EXPECT_THAT(test::message_of<DataError>([] { (void)read_file("/dev/zero", 1'000'000); }),
              HasSubstr("too large"));
}

}  // namespace
}  // namespace isthmus::atomic_file_test
