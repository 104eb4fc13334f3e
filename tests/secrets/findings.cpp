#include "tests/secrets/findings.h"

#include <algorithm>
#include <numeric>

#include "tests/secrets/dump.h"

namespace credit::secrets {
namespace {

struct Placed {
    std::uintptr_t at;
    const Block* block;
};

// The heap's blocks in the order of their addresses.
std::vector<Placed> sorted_blocks(const Shared& shared) {
    std::vector<Placed> out;
    for (const Block& block : shared.blocks) {
        if (const std::uintptr_t at = block.at.load()) out.push_back({at, &block});
    }
    std::sort(out.begin(), out.end(), [](const Placed& a, const Placed& b) { return a.at < b.at; });
    return out;
}

// The block this address lies in. One that is in use wins over what once lay there.
const Block* block_at(const std::vector<Placed>& blocks, std::uintptr_t at) {
    constexpr std::ptrdiff_t kFarEnough = 64;  // freed small blocks may lie in a freed large one
    auto next = std::upper_bound(blocks.begin(), blocks.end(), at,
                                 [](std::uintptr_t a, const Placed& b) { return a < b.at; });
    const Block* freed = nullptr;
    for (std::ptrdiff_t i = 0; i < kFarEnough && next != blocks.begin(); ++i) {
        --next;
        if (at >= next->at + next->block->size) continue;
        if (next->block->live) return next->block;
        if (freed == nullptr) freed = next->block;
    }
    return freed;
}

// Private anonymous memory that is no block of the heap: the stack of a thread, or the C library's own.
std::string kind_of(const Mapping& mapping) {
    return mapping.name.empty() ? "anonymous memory"
                                : mapping.name.substr(mapping.name.rfind('/') + 1);
}

// Where these bytes come from: a block is not cleared when it is handed out, so it may hold what an earlier owner of the
// same memory had left. The first block in which this secret was seen at this place tells.
const Finding* first_seen(const Shared& shared, std::uintptr_t at, std::size_t size,
                          std::uint32_t secret) {
    const std::size_t count = std::min<std::size_t>(shared.finding_count.load(), Shared::kFindings);
    for (std::size_t i = 0; i < count; ++i) {
        const Finding& one = shared.findings[i];
        if (one.secret == secret && one.at < at + size && at < one.at + one.size) return &one;
    }
    return nullptr;
}

std::string size_text(std::uint64_t size) {
    return "block of " + std::to_string(size) + " bytes";
}

NeedleTable::Hit hit_of(const Finding& finding) {
    return {nullptr, finding.size, finding.secret, finding.spelling};
}

}  // namespace

void Findings::add(const std::string& owner, const std::string& where, const NeedleTable::Hit& hit,
                   const std::string& way) {
    Entry& entry =
        by_owner_[owner][where + ": " + names_.at(hit.secret) + ", " + name_of(hit.spelling)];
    ++entry.count;
    if (hit.size > entry.longest) entry.way = way;
    entry.longest = std::max(entry.longest, hit.size);
}

std::size_t Findings::count_of(const std::string& owner) const {
    const auto found = by_owner_.find(owner);
    if (found == by_owner_.end()) return 0;
    return std::accumulate(found->second.begin(), found->second.end(), std::size_t{0},
                           [](std::size_t sum, const auto& one) { return sum + one.second.count; });
}

std::size_t Findings::longest_of(const std::string& owner) const {
    const auto found = by_owner_.find(owner);
    std::size_t longest = 0;
    if (found == by_owner_.end()) return 0;
    for (const auto& [what, entry] : found->second)
        longest = std::max(longest, entry.longest);
    return longest;
}

std::size_t Findings::count() const {
    std::size_t sum = 0;
    for (const auto& [owner, entries] : by_owner_)
        sum += count_of(owner);
    return sum;
}

std::size_t Findings::count_of_library() const {
    std::size_t sum = 0;
    for (const auto& [owner, entries] : by_owner_) {
        if (is_ours(owner)) sum += count_of(owner);
    }
    return sum;
}

std::size_t Findings::count_ours() const {
    return count_of_library() + count_of("the app") + count_of("nobody");
}

bool Findings::has(const std::string& secret) const {
    return text().find(": " + secret + ", ") != std::string::npos;
}

std::string Findings::summary() const {
    std::string out = std::to_string(count());
    const char* before = ": ";
    for (const auto& [owner, entries] : by_owner_) {
        out += before + owner + " " + std::to_string(count_of(owner));
        before = ", ";
    }
    return out;
}

std::string Findings::text() const {
    std::string out;
    for (const auto& [owner, entries] : by_owner_) {
        for (const auto& [what, entry] : entries) {
            out += "  " + owner + ", " + what + ": " + std::to_string(entry.count) +
                   " times, up to " + std::to_string(entry.longest) + " bytes";
            if (!entry.way.empty()) out += "\n      " + entry.way;
            out += '\n';
        }
    }
    return out;
}

Findings search_dump(WatchedApp& app) {
    Findings out(app.names());
    const Owners owners(mappings_of(std::to_string(app.pid())));
    const Shared& shared = app.shared();
    std::vector<Placed> blocks;
    const auto judge = [&](const Piece& piece, const NeedleTable::Hit& hit) {
        const auto offset = static_cast<const char*>(hit.at) - piece.bytes.data();
        const std::uintptr_t at = piece.at + static_cast<std::uintptr_t>(offset);
        if (const Finding* left = first_seen(shared, at, hit.size, hit.secret)) {
            return out.add(owners.of(left->asked), "freed " + size_text(left->block_size), hit,
                           owners.way(left->asked));
        }
        const Block* block = block_at(blocks, at);
        if (block == nullptr) return out.add("nobody", kind_of(*piece.mapping), hit);
        out.add(owners.of(block->frames), (block->live ? "" : "freed ") + size_text(block->size),
                hit, owners.way(block->frames));
    };
    read_memory(app.pid(), Part::dumped, [&](const Piece& piece) {
        if (blocks.empty()) blocks = sorted_blocks(shared);  // it stands still now
        shared.needles.search(piece.bytes.data(), piece.bytes.size(),
                              [&](const NeedleTable::Hit& hit) { judge(piece, hit); });
    });
    return out;
}

Findings search_kept_out(WatchedApp& app) {
    Findings out(app.names());
    read_memory(app.pid(), Part::kept_out, [&](const Piece& piece) {
        if (piece.mapping->name.find("credit-secrets") != std::string::npos) return;
        app.shared().needles.search(
            piece.bytes.data(), piece.bytes.size(),
            [&](const NeedleTable::Hit& hit) { out.add("the arena", "kept out", hit); });
    });
    return out;
}

Findings search_freed(const Shared& shared, const std::vector<std::string>& names,
                      const Owners& owners) {
    Findings out(names);
    const std::size_t count = std::min<std::size_t>(shared.finding_count.load(), Shared::kFindings);
    for (std::size_t i = 0; i < count; ++i) {
        const Finding& finding = shared.findings[i];
        out.add(owners.of(finding.asked), size_text(finding.block_size), hit_of(finding),
                owners.way(finding.asked));
    }
    return out;
}

}  // namespace credit::secrets
