#pragma once
// Training as people edit and publish it: one draft of a business, and versions that never change. The one with the
// highest number is what the AI is taught; whoever publishes tells the business's actors afterwards
// (actors/tenant_registry, training_published).

#include <optional>
#include <string>
#include <vector>

#include "protocol/training/content.hpp"
#include "storage/api/activity.hpp"
#include "storage/api/api_session.hpp"
#include "storage/api/edit_outcome.hpp"
#include "storage/api/list_wish.hpp"

namespace sellavie::storage {

using training_version_id = basic_id<struct training_version_tag>;

struct training_version {
  training_version_id id;
  /// From 1; 0: nothing was published.
  std::int32_t number = 0;
  std::string note;
  /// Of the version whose content it has again.
  std::optional<std::int32_t> restored_from;
  /// None: provisioned.
  std::optional<api::account_id> published_by;
  instant published_at{};
  /// Empty in lists.
  training::content content;
};

struct training_draft {
  /// 0: nobody has edited it yet, it says what is published.
  std::int64_t version = 0;
  training::content content;
  /// The number that was published when it was edited last.
  std::int32_t based_on = 0;
  /// The number that is published now.
  std::int32_t published = 0;
  std::optional<api::account_id> edited_by;
  instant edited_at{};
};

/// Number 0 when nothing was published.
[[nodiscard]] result<training_version> published_training(api_session& session, const business_id& business);
[[nodiscard]] result<std::optional<training_version>> find_training_version(api_session& session,
                                                                            const business_id& business,
                                                                            const training_version_id& id);
/// The one published before `number`; number 0 when there is none.
[[nodiscard]] result<training_version> training_before(api_session& session, const business_id& business,
                                                       std::int32_t number);
/// Without their content; by their number, which is the cursor's key.
[[nodiscard]] result<std::vector<training_version>> list_training_versions(
    api_session& session, const business_id& business, const std::optional<api::account_id>& published_by,
    const list_wish& wish);

[[nodiscard]] result<training_draft> find_training_draft(api_session& session, const business_id& business);
/// `expected_version` is the one that was read, 0 of a draft that nobody has edited.
[[nodiscard]] result<edited<training_draft>> save_training_draft(api_session& session,
                                                                 const business_id& business,
                                                                 const change_origin& by,
                                                                 const training::content& wanted,
                                                                 std::int64_t expected_version);

enum class publish_outcome : std::uint8_t {
  done,
  not_found,
  /// The draft was edited or published since.
  stale,
  /// It says what is published already.
  nothing_new,
  /// most_publications in a day.
  too_often,
};

/// In 24 hours: versions are kept for ever.
inline constexpr std::int32_t most_publications = 100;

struct publication {
  publish_outcome outcome = publish_outcome::not_found;
  /// Of `done`.
  training_version version{};
};

struct publish_wish {
  /// Of the version that is made.
  training_version_id id;
  std::string note;
};

/// Two at once: the later one is errc::conflict.
[[nodiscard]] result<publication> publish_training_draft(api_session& session, const business_id& business,
                                                         const change_origin& by, const publish_wish& wish,
                                                         std::int64_t expected_version);
/// Publishes what an old version said as a new one; the draft stays.
[[nodiscard]] result<publication> restore_training(api_session& session, const business_id& business,
                                                   const change_origin& by, const publish_wish& wish,
                                                   const training_version_id& source);

}  // namespace sellavie::storage
