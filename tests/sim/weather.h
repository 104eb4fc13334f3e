// The network's moods: what is ordered to go wrong with the next requests.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <vector>

#include "tests/sim/names.h"

namespace credit::sim {

class Weather {
  public:
    struct Order {
        Fault kind = Fault::n1_dns;
        std::uint32_t param = 0;
        int left = 1;
    };
    void order(Fault kind, std::uint32_t param, int times) {
        orders_.push_back({kind, param, times});
    }
    // Takes one use of the first order of one of these kinds.
    std::optional<Order> take(std::initializer_list<Fault> kinds) {
        for (std::size_t i = 0; i < orders_.size(); ++i) {
            for (const Fault kind : kinds) {
                if (orders_[i].kind != kind) continue;
                const Order found = orders_[i];
                if (--orders_[i].left == 0)
                    orders_.erase(orders_.begin() + static_cast<std::ptrdiff_t>(i));
                return found;
            }
        }
        return std::nullopt;
    }
    bool quiet() const noexcept { return orders_.empty(); }
    void clear() { orders_.clear(); }

  private:
    std::vector<Order> orders_;
};

}  // namespace credit::sim
