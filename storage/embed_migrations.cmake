# cmake -DSOURCE=<folder of NNNN_name.sql> -DOUTPUT=<file.cpp> -P embed_migrations.cmake
# The bytes go in as they are (hexadecimal escapes), because their checksum is what counts.
file(GLOB files RELATIVE ${SOURCE} ${SOURCE}/*)
list(SORT files)
set(texts "")
set(rows "")
foreach(file IN LISTS files)
  if(NOT file MATCHES "^([0-9][0-9][0-9][0-9])_([a-z0-9_]+)\\.sql$")
    message(FATAL_ERROR "storage/migrations/${file}: the name must be NNNN_name.sql (a-z, 0-9 and _)")
  endif()
  set(digits ${CMAKE_MATCH_1})
  set(name ${CMAKE_MATCH_2})
  string(REGEX REPLACE "^0+" "" version ${digits})
  if(version STREQUAL previous)
    message(FATAL_ERROR "storage/migrations: two files have the number ${digits}")
  endif()
  set(previous ${version})
  file(READ ${SOURCE}/${file} bytes HEX)
  string(REGEX REPLACE "(..)" "\\\\x\\1" bytes "${bytes}")
  string(REPLACE "\\x0a" "\\x0a\"\n    \"" bytes "${bytes}")
  string(APPEND texts "constexpr char sql_${digits}[] =\n    \"${bytes}\";\n")
  string(APPEND rows "      {${version}, \"${name}\", {sql_${digits}, sizeof sql_${digits} - 1}},\n")
endforeach()
if(rows STREQUAL "")
  message(FATAL_ERROR "no migrations in ${SOURCE}")
endif()
file(WRITE ${OUTPUT} "// Made by storage/embed_migrations.cmake from storage/migrations.
#include \"storage/migrations.hpp\"

namespace sellavie::storage {
namespace {
${texts}}  // namespace

std::span<const migration> embedded_migrations() {
  static constexpr migration all[] = {
${rows}  };
  return all;
}

}  // namespace sellavie::storage
")
