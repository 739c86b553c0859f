#pragma once

#include <rankpool/coordinator/coordinator.hpp>

namespace rankpool {

template <class... Fields>
void Coordinator::tell(WorkerId to, const Fields&... fields) {
    Peer& peer = peers_[to.value];
    peer.outbox.add([&](Bytes& message) { protocol::write(message, fields...); });
    if (!peer.is_dirty) {
        peer.is_dirty = true;
        dirty_.push_back(to);
    }
}

}  // namespace rankpool
