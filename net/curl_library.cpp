#include "net/curl_library.hpp"

#include <curl/curl.h>

#include <mutex>

namespace sellavie::net {

void initialise_curl() {
  static std::once_flag done;
  std::call_once(done, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

}  // namespace sellavie::net
