#pragma once
// libcurl's own start, once a process; before the first handle.

namespace sellavie::net {

void initialise_curl();

}  // namespace sellavie::net
