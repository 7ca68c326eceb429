#include "profiler.hpp"

#include <algorithm>
#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <thread>
#include <vector>

#include <cxxabi.h>
#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

namespace isthmus::bench {

std::atomic<const char*> current_call{nullptr};

namespace {

struct Sampled {
  std::uintptr_t pc = 0;
  const char* call = nullptr;
};

// What the signal handler writes to: no allocation is allowed there.
constexpr std::size_t kMost = std::size_t{1} << 18U;
std::array<Sampled, kMost> sampled;
std::atomic<std::size_t> num_sampled{0};

void note(int /*signal*/, siginfo_t* /*info*/, void* context) {
  const std::size_t slot = num_sampled.fetch_add(1, std::memory_order_relaxed);
  if (slot >= kMost) {
    return;
  }
  const auto& machine = static_cast<const ucontext_t*>(context)->uc_mcontext;
#if defined(__x86_64__)
  sampled[slot].pc = static_cast<std::uintptr_t>(machine.gregs[REG_RIP]);
#elif defined(__aarch64__)
  sampled[slot].pc = machine.pc;
#else
  static_cast<void>(machine);
#endif
  sampled[slot].call = current_call.load(std::memory_order_relaxed);
}

/// Functions of this program by address, local ones too, from the program's own file.
class Symbols {
 public:
  Symbols() {
    std::ifstream file("/proc/self/exe", std::ios::binary);
    image_.assign(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
    const auto* const header = at<ElfW(Ehdr)>(0);
    if (header == nullptr || std::memcmp(header->e_ident, ELFMAG, SELFMAG) != 0) {
      return;
    }
    for (std::size_t i = 0; i < header->e_shnum; ++i) {
      const auto* const section = at<ElfW(Shdr)>(header->e_shoff + i * sizeof(ElfW(Shdr)));
      if (section == nullptr || section->sh_type != SHT_SYMTAB) {
        continue;
      }
      const auto* const names =
          at<ElfW(Shdr)>(header->e_shoff + section->sh_link * sizeof(ElfW(Shdr)));
      for (std::size_t s = 0; s < section->sh_size / sizeof(ElfW(Sym)); ++s) {
        const auto* const symbol = at<ElfW(Sym)>(section->sh_offset + s * sizeof(ElfW(Sym)));
        if (ELF64_ST_TYPE(symbol->st_info) == STT_FUNC && symbol->st_size > 0) {
          functions_.push_back({symbol->st_value, symbol->st_value + symbol->st_size,
                                image_.data() + names->sh_offset + symbol->st_name});
        }
      }
    }
    std::sort(functions_.begin(), functions_.end(),
              [](const Function& a, const Function& b) { return a.begin < b.begin; });
    dl_iterate_phdr(
        [](dl_phdr_info* info, std::size_t, void* base) {
          *static_cast<std::uintptr_t*>(base) = info->dlpi_addr;
          return 1;  // the first is the program
        },
        &base_);
  }

  [[nodiscard]] std::string name(std::uintptr_t pc) const {
    const std::uintptr_t place = pc - base_;
    auto after = std::upper_bound(
        functions_.begin(), functions_.end(), place,
        [](std::uintptr_t value, const Function& function) { return value < function.begin; });
    if (after == functions_.begin() || (--after)->end <= place) {
      return {};
    }
    int status = 0;
    char* const readable = abi::__cxa_demangle(after->name, nullptr, nullptr, &status);
    std::string name = status == 0 ? readable : after->name;
    std::free(readable);
    return name;
  }

 private:
  struct Function {
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    const char* name = nullptr;
  };

  template <typename T>
  [[nodiscard]] const T* at(std::size_t offset) const {
    return offset + sizeof(T) <= image_.size() ? reinterpret_cast<const T*>(image_.data() + offset)
                                               : nullptr;
  }

  std::vector<char> image_;
  std::vector<Function> functions_;
  std::uintptr_t base_ = 0;
};

/// 'R' of "4711 (name) R ...": what the thread does now.
char state_of(const std::filesystem::path& task) {
  std::ifstream file(task / "stat");
  std::string line;
  std::getline(file, line);
  const std::size_t end = line.rfind(')');
  return end == std::string::npos || end + 2 >= line.size() ? '?' : line[end + 2];
}

}  // namespace

struct Profiler::State {
  std::atomic<bool> stop{false};
  std::atomic<std::int64_t> ticks{0};
  std::thread looker;

  void look() {
    const auto self = static_cast<pid_t>(syscall(SYS_gettid));
    while (!stop.load()) {
      std::error_code gone;
      for (const auto& task : std::filesystem::directory_iterator("/proc/self/task", gone)) {
        const int thread = std::atoi(task.path().filename().c_str());
        if (thread != self && state_of(task.path()) == 'R') {
          (void)syscall(SYS_tgkill, getpid(), thread, SIGPROF);
        }
      }
      ticks.fetch_add(1);
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    }
  }
};

Profiler::Profiler() : state_(std::make_unique<State>()) {
  num_sampled.store(0);
  struct sigaction action = {};
  action.sa_sigaction = &note;
  action.sa_flags = SA_SIGINFO | SA_RESTART;
  sigaction(SIGPROF, &action, nullptr);
  state_->looker = std::thread([this] { state_->look(); });
}

Profiler::~Profiler() {
  state_->stop.store(true);
  if (state_->looker.joinable()) {
    state_->looker.join();
  }
}

std::map<std::string, double> Profiler::shares(
    int threads, const std::function<std::string(const Look&)>& category) {
  state_->stop.store(true);
  state_->looker.join();
  const Symbols symbols;
  std::map<std::string, double> shares;
  const double one =
      1.0 / static_cast<double>(std::max<std::int64_t>(1, state_->ticks.load() * threads));
  double busy = 0.0;
  for (std::size_t i = 0; i < std::min(kMost, num_sampled.load()); ++i) {
    Dl_info info = {};
    std::string module;
    if (dladdr(reinterpret_cast<void*>(sampled[i].pc), &info) != 0 && info.dli_fname != nullptr) {
      module = std::filesystem::path(info.dli_fname).filename().string();
    }
    if (module.starts_with("libgomp")) {
      continue;  // spinning until there is work
    }
    const std::string symbol = symbols.name(sampled[i].pc);
    const char* const call = sampled[i].call;
    shares[category({symbol, module, call == nullptr ? "" : call})] += one;
    busy += one;
  }
  shares["idle"] = std::max(0.0, 1.0 - busy);
  return shares;
}

}  // namespace isthmus::bench
