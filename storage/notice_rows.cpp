#include "storage/notice_rows.hpp"

#include <nlohmann/json.hpp>

namespace sellavie::storage {
namespace {

using nlohmann::json;

json id_or_null(const std::optional<uuid>& id) { return id ? json(to_string(*id)) : json(nullptr); }

std::optional<uuid> id_in(const json& payload, const char* name) {
  const auto found = payload.find(name);
  return found != payload.end() && found->is_string() ? parse_uuid(found->get_ref<const std::string&>())
                                                      : std::nullopt;
}

std::optional<std::int64_t> number_in(const json& payload, const char* name) {
  const auto found = payload.find(name);
  if (found == payload.end() || !found->is_number_integer()) return std::nullopt;
  return found->get<std::int64_t>();
}

std::string text_in(const json& payload, const char* name) {
  const auto found = payload.find(name);
  return found != payload.end() && found->is_string() ? found->get<std::string>() : std::string{};
}

}  // namespace

std::string write_notice_job(const notice_job& job) {
  const auto& what = job.what;
  return json{{"kind", to_string(what.kind)},
              {"subject", what.subject},
              {"about", id_or_null(what.about)},
              {"task", id_or_null(what.task)},
              {"epoch", what.epoch},
              {"amount", what.amount},
              {"at", to_unix_ms(what.at)},
              {"step", static_cast<int>(job.step)},
              {"had", id_or_null(job.had)}}
      .dump();
}

std::optional<notice_job> read_notice_job(const business_id& business, std::string_view payload) {
  const auto read = json::parse(payload, nullptr, false);
  if (!read.is_object()) return std::nullopt;
  const auto kind = parse_notification_kind(text_in(read, "kind"));
  const auto subject = text_in(read, "subject");
  const auto at = number_in(read, "at");
  const auto step = number_in(read, "step").value_or(0);
  if (!kind || subject.empty() || !at || step < 0 || step > static_cast<int>(escalation::owner))
    return std::nullopt;
  return notice_job{.what = {.business = business,
                             .kind = *kind,
                             .subject = subject,
                             .about = id_in(read, "about"),
                             .task = id_in(read, "task"),
                             .epoch = number_in(read, "epoch").value_or(0),
                             .amount = number_in(read, "amount").value_or(1),
                             .at = instant_from_ms(*at)},
                    .step = static_cast<escalation>(step),
                    .had = id_in(read, "had")};
}

std::string unique_key_of(const notice_job& job) {
  return std::string{to_string(job.what.kind)} + '.' + job.what.subject + '.' +
         std::to_string(static_cast<int>(job.step));
}

job_priority priority_of(notification_kind kind) noexcept {
  return kind == notification_kind::hand_over ? job_priority::urgent : job_priority::normal;
}

}  // namespace sellavie::storage
