#pragma once
// A lock-free hand-over of nodes from any thread to one io_context. The node brings its own link
// (`Node* next_handoff`), so a hand-over allocates nothing. Only the push that found the stack
// empty has to post the drain: a burst costs one wake-up.

#include <atomic>

namespace sellavie::net {

template <class Node>
class handoff_stack {
 public:
  /// True: it was empty, the caller must schedule a drain.
  bool push(Node* node) noexcept { return push_chain(node, node); }

  /// `first` … `last` are linked by next_handoff, newest first.
  bool push_chain(Node* first, Node* last) noexcept {
    Node* head = head_.load(std::memory_order_relaxed);
    do {
      last->next_handoff = head;
    } while (!head_.compare_exchange_weak(head, first, std::memory_order_acq_rel, std::memory_order_relaxed));
    return head == nullptr;
  }

  /// Everything pushed so far, oldest first, linked by next_handoff.
  [[nodiscard]] Node* take_all() noexcept {
    Node* node = head_.exchange(nullptr, std::memory_order_acq_rel);
    Node* oldest_first = nullptr;
    while (node != nullptr) {
      Node* next = node->next_handoff;
      node->next_handoff = oldest_first;
      oldest_first = node;
      node = next;
    }
    return oldest_first;
  }

 private:
  std::atomic<Node*> head_{nullptr};
};

}  // namespace sellavie::net
