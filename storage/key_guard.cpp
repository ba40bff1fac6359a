#include "storage/key_guard.hpp"

#include "storage/guarded.hpp"

namespace sellavie::storage {

result<bool> has_no_businesses(pqxx::connection& engine) {
  return guarded([&] {
    pqxx::nontransaction look{engine};
    return look.exec1("SELECT NOT EXISTS (SELECT FROM businesses)")[0].as<bool>();
  });
}

}  // namespace sellavie::storage
