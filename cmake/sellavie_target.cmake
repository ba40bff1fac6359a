# sellavie_options(target): warnings, sanitizers and the one include root.
function(sellavie_options target)
  target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR})
  target_compile_options(${target} PRIVATE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Wold-style-cast
    -Wno-missing-field-initializers
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized -Wno-restrict>)
  if(SELLAVIE_UNITY)
    set_target_properties(${target} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 8)
    # What a neighbour declares is no mistake of this file; what its own file declares is told by the debug preset.
    target_compile_options(${target} PRIVATE $<$<CXX_COMPILER_ID:GNU>:-Wno-subobject-linkage -Wno-shadow -Wshadow=local>)
  endif()
  if(SELLAVIE_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${SELLAVIE_SANITIZE} -fno-omit-frame-pointer)
    target_link_options(${target} PUBLIC -fsanitize=${SELLAVIE_SANITIZE})
  endif()
endfunction()

# sellavie_allocator(program): jemalloc (docs/adr/0020); sanitizers bring their own. First on the line and kept, although
# nothing names it: it replaces malloc.
function(sellavie_allocator program)
  if(NOT SELLAVIE_SANITIZE)
    target_link_options(${program} PRIVATE -Wl,--push-state,--no-as-needed ${JEMALLOC} -Wl,--pop-state)
  endif()
endfunction()

# sellavie_library(name [DEPENDS targets…]): one static library of all .cpp files of this folder.
function(sellavie_library name)
  cmake_parse_arguments(arg "RECURSE" "" "DEPENDS" ${ARGN})
  if(arg_RECURSE)
    file(GLOB_RECURSE sources CONFIGURE_DEPENDS *.cpp)
  else()
    file(GLOB sources CONFIGURE_DEPENDS *.cpp)
  endif()
  if(NOT sources)
    add_library(${name} INTERFACE)
    target_include_directories(${name} INTERFACE ${CMAKE_SOURCE_DIR})
    target_link_libraries(${name} INTERFACE ${arg_DEPENDS})
    return()
  endif()
  add_library(${name} STATIC ${sources})
  sellavie_options(${name})
  target_link_libraries(${name} PUBLIC ${arg_DEPENDS})
endfunction()
