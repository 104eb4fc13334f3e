#include "tests/sim/options.h"

#include <charconv>
#include <string_view>

#include "tests/sim/world.h"

namespace credit::sim {
namespace {

template <class Number>
bool number(std::string_view text, Number& out) {
    const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), out);
    return fault == std::errc() && end == text.data() + text.size();
}

bool numbers(std::string_view text, std::set<int>& out) {
    while (!text.empty()) {
        const std::size_t comma = text.find(',');
        int one = 0;
        if (!number(text.substr(0, comma), one)) return false;
        out.insert(one);
        if (comma == std::string_view::npos) return true;
        text.remove_prefix(comma + 1);
    }
    return true;
}

// Words that stand alone.
bool flag(std::string_view word, Options& out) {
    if (word == "--trace") return out.trace = true;
    if (word == "--progress") return out.progress = true;
    if (word == "--histogram") return out.histogram = true;
    if (word == "--keep-going") return out.keep_going = true;
    const auto command = [&](Command which) {
        out.command = which;
        return true;
    };
    if (word == "--grid") return command(Command::grid);
    if (word == "--compound") return command(Command::compound);
    if (word == "--mutants") return command(Command::mutants);
    return false;
}

bool valued(std::string_view word, std::string_view value, Options& out) {
    if (word == "--schedules") return number(value, out.schedules);
    if (word == "--from") return number(value, out.from);
    if (word == "--jobs") return number(value, out.jobs) && out.jobs > 0 && out.jobs <= 256;
    if (word == "--processes") return number(value, out.limits.processes.emplace());
    if (word == "--drop-steps") return numbers(value, out.drop_steps);
    if (word == "--drop-faults") return numbers(value, out.drop_faults);
    if (word == "--seed") {
        out.command = Command::one_seed;
        return number(value, out.seed);
    }
    if (word == "--seeds") {
        out.command = Command::seeds_file;
        out.seeds_file = std::string(value);
        return true;
    }
    if (word == "--device-days") {
        out.command = Command::device_days;
        return number(value, out.days) && out.days > 0;
    }
    if (word == "--model")
        return (out.limits.model = parse_name<Model>(kModelNames, value)).has_value();
    if (word == "--semantics")
        return (out.limits.semantics = parse_name<Semantics>(kSemanticsNames, value)).has_value();
    if (word == "--mutant") {
        const auto found = mutant_by_name(value);
        if (found) out.mutant = *found;
        return found.has_value();
    }
    return false;
}

}  // namespace

std::string parse_options(int argc, char** argv, Options& options) {
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (flag(word, options)) continue;
        const bool last = i + 1 == argc;
        if (last || !valued(word, argv[i + 1], options)) return "cannot use " + std::string(word);
        ++i;
    }
    if (options.mutant != Mutant::none && !kMutantsBuilt)
        return "this binary has no mutants; use credit-sim-mutants";
    return {};
}

const char* usage() {
    return "  --schedules N [--from S] [--jobs K] [--model M] [--semantics X] [--histogram] "
           "[--progress] [--keep-going]\n"
           "  --seed N [--trace] [--drop-steps LIST] [--drop-faults LIST]\n"
           "  --seeds FILE        regression seeds, one a line\n"
           "  --grid | --compound [--jobs K] [--model M] [--semantics X]\n"
           "  --device-days N     sessions lost and healed, a table\n"
           "  --mutants           every seeded mistake and the seed that finds it "
           "(credit-sim-mutants)\n"
           "  --mutant NAME       with any of the above (credit-sim-mutants)\n";
}

}  // namespace credit::sim
