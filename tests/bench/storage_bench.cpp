// T12: durable writes. A slot of the SDK's file store, and a whole refresh through the C API with its two writes (the mark
// and the commit), beside what an atomic replacement of a file takes.
#include <benchmark/benchmark.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>

#include "platform/file/file_store.h"
#include "platform/memory/fixed_sealing_key.h"
#include "platform/posix/posix_entropy.h"
#include "tests/bench/load.h"
#include "tests/bench/world.h"

namespace credit::bench {
namespace {

constexpr std::size_t kBodyBytes = 1900;  // of a 2 KB record
constexpr std::size_t kTokenBytes = 600;
constexpr std::int64_t kLifeS = 3600;

std::string folder;

void write_all(int fd, const std::string& bytes) {
    if (::write(fd, bytes.data(), bytes.size()) != static_cast<ssize_t>(bytes.size()))
        die("a file could not be written");
}

int opened(const std::string& path, int flags) {
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC, 0600);
    if (fd < 0) die("a file could not be opened in the benchmark's folder");
    return fd;
}

void synced(int fd) {
    if (::fsync(fd) != 0) die("fsync");
}

void replace_atomically(const std::string& bytes) {
    const std::string path = folder + "/replaced";
    const std::string fresh = path + ".new";
    const int fd = opened(fresh, O_WRONLY | O_CREAT | O_TRUNC);
    write_all(fd, bytes);
    synced(fd);
    ::close(fd);
    if (std::rename(fresh.c_str(), path.c_str()) != 0) die("rename");
    const int directory = opened(folder, O_RDONLY | O_DIRECTORY);
    synced(directory);
    ::close(directory);
}

void floor_atomic_replace(benchmark::State& state) {
    const std::string bytes(2048, 'x');
    const ForeignLoad load;
    for (auto _ : state)
        replace_atomically(bytes);
    state.counters["foreign"] = load.share();
}

// The least that a durable write can be: two blocks of a preallocated file, written in place.
void floor_bare_slot(benchmark::State& state) {
    const std::string bytes(4096, 'x');
    const int fd = opened(folder + "/bare", O_WRONLY | O_CREAT);
    if (::posix_fallocate(fd, 0, 16'384) != 0) die("posix_fallocate");
    const ForeignLoad load;
    for (auto _ : state) {
        if (::pwrite(fd, bytes.data(), bytes.size(), 0) != static_cast<ssize_t>(bytes.size()))
            die("pwrite");
        if (::fdatasync(fd) != 0) die("fdatasync");
    }
    state.counters["foreign"] = load.share();
    ::close(fd);
}

class Slots {
  public:
    Slots()
        : store_(folder + "/slots",
                 std::make_shared<FixedSealingKey>(Secret::copy_of(std::string(32, 'k'))),
                 std::make_shared<PosixEntropy>()) {
        key_.environment = Environment::test;
        key_.origin = label_hash("benchmark origin", "https://platform.example.com");
        key_.borrower = label_hash("benchmark borrower", "borrower");
        key_.name = std::string(32, 'a');
        record_ = store_.open_record(key_);
        body_.append(std::string(kBodyBytes, 'b'));
    }
    void write() {
        RecordHeader header;
        header.environment = key_.environment;
        header.origin = key_.origin;
        header.borrower = key_.borrower;
        header.write_seq = ++write_seq_;
        header.version = {1, write_seq_};
        if (record_->lock().answer != StoreAnswer::done) die("the commit lock");
        const StoreResult written = record_->replace(header, body_, false);
        record_->unlock();
        if (written.answer != StoreAnswer::done) die("a slot write: " + written.detail);
    }

  private:
    FileStore store_;
    RecordKey key_;
    std::unique_ptr<RecordStore> record_;
    SecretBuffer body_;
    std::uint64_t write_seq_ = 0;
};

// With the commit lock, the reading of both slots before, the judging and the sealing.
void sdk_slot_write(benchmark::State& state) {
    static Slots& slots = *new Slots;
    slots.write();
    const ForeignLoad load;
    for (auto _ : state)
        slots.write();
    state.counters["foreign"] = load.share();
}

// From get_token to its callback, with everything but the network: two writes, four changes of thread.
void sdk_rotation(benchmark::State& state) {
    static World& world =
        *new World(Setup{kTokenBytes, kLifeS, folder + "/rotation", Time::standing, 0});
    static credit_session* const session = world.live("borrower");
    const ForeignLoad load;
    const std::uint64_t begin = world.fetches();
    for (auto _ : state) {
        world.advance((kLifeS + 1) * 1000);
        must(world.token(session), "a refresh");
    }
    state.counters["foreign"] = load.share();
    if (world.fetches() - begin != static_cast<std::uint64_t>(state.iterations()))
        state.SkipWithError("not one fetch for each refresh");
}

BENCHMARK(floor_atomic_replace)->UseRealTime();
BENCHMARK(floor_bare_slot)->UseRealTime();
BENCHMARK(sdk_slot_write)->UseRealTime();
BENCHMARK(sdk_rotation)->UseRealTime();

}  // namespace
}  // namespace credit::bench

// CREDIT_BENCH_FOLDER: a folder on the disk that is measured.
int main(int argc, char** argv) {
    using namespace credit::bench;
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
    const char* given = std::getenv("CREDIT_BENCH_FOLDER");
    if (given == nullptr) die("CREDIT_BENCH_FOLDER has to name a folder");
    // Each run begins with nothing stored.
    folder = std::string(given) + "/" + std::to_string(::getpid());
    if (::mkdir(folder.c_str(), 0700) != 0) die("the benchmark's folder could not be made");
    benchmark::RunSpecifiedBenchmarks();
    std::fflush(stdout);
    std::_Exit(0);  // the library's threads go with the process
}
