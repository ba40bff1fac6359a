#pragma once
// For the sources of this folder only, because it shows libpqxx.

#include <pqxx/pqxx>

namespace sellavie::storage {

/// Every running server loads this transaction's business anew. First of all locks, before any of the business's rows:
/// whoever needs both takes them in this order.
inline void raise_directory(pqxx::work& work) { work.exec("SELECT raise_directory()"); }

}  // namespace sellavie::storage
