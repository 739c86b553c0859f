#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <rankpool/protocol/messages.hpp>
#include <rankpool/protocol/outbox.hpp>
#include <rankpool/task/state.hpp>

namespace rankpool {

/// One worker as the coordinator sees it. Its WorkerId is its index.
struct Peer {
    Peer(Transport& transport_, Rank at_, Rank rank_)
        : transport(&transport_), at(at_), rank(rank_), outbox(transport_, at_) {}

    Transport* transport;
    Rank at;    ///< its endpoint at the transport
    Rank rank;  ///< for people
    protocol::Outbox outbox;
    protocol::Hello hello;
    protocol::Memory memory;
    std::uint32_t unfinished = 0;  ///< assigned and not reported
    std::uint32_t suspended = 0;   ///< of these, those that wait inside
    bool is_local = false;         ///< a worker on threads of this process, reached through this coordinator only
    bool has_joined = false;
    bool has_left = false;
    bool has_erred = false;           ///< sent what could not be understood; that has been reported
    bool is_dirty = false;            ///< in the list of peers with records to send
    std::vector<StateRef> submitted;  ///< tasks submitted there, by token, until released

    /// A task assigned to it is no longer there.
    void forget_one() { unfinished -= unfinished != 0 ? 1 : 0; }
};

}  // namespace rankpool
