#pragma once
// What the operations on training share: how content, versions and drafts are shown.

#include "net/api/call.hpp"
#include "protocol/training/content_changes.hpp"
#include "storage/api/training.hpp"

namespace sellavie::net {

inline constexpr std::string_view all_training = "/api/v1/businesses/{business_id}/training";

inline constexpr api::access reads_training{api::audience::member, api::permission::read};
inline constexpr api::access manages_training{api::audience::member, api::permission::manage};

/// Also the body of an edit.
[[nodiscard]] api::schema training_content_shape();
[[nodiscard]] api::schema training_version_shape();
[[nodiscard]] api::schema training_page_shape();
[[nodiscard]] api::schema training_draft_shape();
[[nodiscard]] api::schema training_changes_shape();
[[nodiscard]] api::schema publication_note();

[[nodiscard]] nlohmann::json shown(const storage::training_version& one);
/// Without the content.
[[nodiscard]] nlohmann::json listed(const storage::training_version& one);
[[nodiscard]] nlohmann::json shown(const storage::training_draft& one);
[[nodiscard]] nlohmann::json shown(const training::content_changes& changes);

}  // namespace sellavie::net
