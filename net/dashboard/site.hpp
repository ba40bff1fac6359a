#pragma once
// The built dashboard, read into memory once at start. Nothing that a request names is ever looked up on disk:
//
//   R1  Only regular files whose names are plain ([A-Za-z0-9._-], no leading dot) are taken; a link is none.
//   R2  At most `most_files` files of `most_bytes` together; more is no dashboard of ours, and none is served.
//   R3  What compresses is kept compressed too, so that no request costs that work.
//   R4  index.html must be there.

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>

#include "protocol/domain/error.hpp"

namespace sellavie::net {

struct site_file {
  std::string bytes;
  /// Empty: not worth it.
  std::string zipped;
  std::string content_type;
  /// Quoted, of the bytes: the same after each start.
  std::string etag;
};

class site {
 public:
  static constexpr std::size_t most_files = 1000;
  static constexpr std::size_t most_bytes = std::size_t{32} * 1024 * 1024;

  /// errc::not_found without an index.html in `folder`; errc::unavailable when it cannot be read.
  [[nodiscard]] static result<site> load(const std::filesystem::path& folder);

  /// By its path below the folder: "assets/index-Dk3x.js". Null: no such file.
  [[nodiscard]] const site_file* find(std::string_view path) const;
  [[nodiscard]] const std::map<std::string, site_file, std::less<>>& files() const noexcept { return files_; }

 private:
  std::map<std::string, site_file, std::less<>> files_;
};

}  // namespace sellavie::net
