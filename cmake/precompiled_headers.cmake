# What nearly every file includes, parsed once. The project's own headers are left out: they change.
set(SELLAVIE_STANDARD_HEADERS
  <algorithm> <array> <atomic> <chrono> <compare> <cstdint> <cstring> <deque> <functional> <map> <memory> <mutex>
  <optional> <span> <string> <string_view> <unordered_map> <utility> <variant> <vector> <boost/system/result.hpp>)
set(SELLAVIE_GTEST_HEADERS <gtest/gtest.h> <gmock/gmock.h>)

# sellavie_precompile(target headers…): a precompiled header of its own, the standard ones included.
function(sellavie_precompile target)
  get_target_property(type ${target} TYPE)
  if(NOT type STREQUAL INTERFACE_LIBRARY)
    target_precompile_headers(${target} PRIVATE ${SELLAVIE_STANDARD_HEADERS} ${ARGN})
  endif()
endfunction()

# sellavie_precompiled_like(target other): shares the other's; both must have the same flags.
function(sellavie_precompiled_like target other)
  get_target_property(type ${target} TYPE)
  if(NOT type STREQUAL INTERFACE_LIBRARY AND NOT target STREQUAL other)
    target_precompile_headers(${target} REUSE_FROM ${other})
  endif()
endfunction()
