#include "net/api/resources/dead_jobs.hpp"

#include "net/api/paging.hpp"
#include "storage/api/dead_jobs.hpp"

namespace sellavie::net {
namespace dead_jobs_resource {
namespace {

using api::problem;
using api::schema;
namespace problems = api::problems;
using nlohmann::json;

constexpr std::size_t most_errors = 100;

schema job_shape() {
  const auto failure =
      schema::object({{"code", schema::text({1, 80, api::text_format::token}).example("no_answer")},
                      {"at", schema::timestamp()}})
          .named("JobError");
  return schema::object(
             {{"id", schema::uuid()},
              {"kind", schema::text({1, 40, api::text_format::token}).example("invoice.mail")},
              {"attempts", schema::integer(1)},
              {"created_at", schema::timestamp()},
              {"died_at", schema::timestamp()},
              {"errors", schema::list(failure, most_errors).described("What went wrong, oldest first.")}})
      .named("DeadJob");
}

json shown(const storage::dead_job& one) {
  auto errors = json::array();
  const auto first = one.errors.size() > most_errors ? one.errors.size() - most_errors : 0;
  for (auto i = first; i < one.errors.size(); ++i)
    errors.push_back({{"code", one.errors[i].code}, {"at", api::timestamp(to_unix_ms(one.errors[i].at))}});
  return {{"id", to_string(one.id)},
          {"kind", one.kind},
          {"attempts", one.attempts},
          {"created_at", api::timestamp(to_unix_ms(one.created_at))},
          {"died_at", api::timestamp(to_unix_ms(one.died_at))},
          {"errors", std::move(errors)}};
}

api_outcome list(workplace& place, api_call& call) {
  return answer_page(
      call,
      [&](const page_wish& wish) {
        return storage::list_dead_jobs(place.store, call.by.business, wish.after, wish.limit);
      },
      [](const auto& row) { return shown(row); },
      [](const auto& row) {
        return api::page_position{to_unix_ms(row.died_at), row.id.value};
      });
}

api_outcome retry(workplace& place, api_call& call) {
  const auto done = storage::retry_dead_job(place.store, call.by.business, origin_of(call),
                                            call.id<storage::job_id>("dead_job_id"));
  if (!done) {
    auto told = api::problem_of(done.error());
    if (done.error().code == errc::conflict) told.detail = "An open job does the same.";
    return told;
  }
  if (!done.value()) return problem{problems::not_found};
  return api_answer{204, nullptr};
}

api_outcome drop(workplace& place, api_call& call) {
  return answer_with(storage::drop_dead_job(place.store, call.by.business, origin_of(call),
                                            call.id<storage::job_id>("dead_job_id")),
                     [](bool was_there) -> api_outcome {
                       if (!was_there) return problem{problems::not_found};
                       return api_answer{204, nullptr};
                     });
}

}  // namespace
}  // namespace dead_jobs_resource

std::vector<api_endpoint> dead_job_endpoints() {
  using namespace dead_jobs_resource;
  using api::access;
  using api::audience;
  using api::permission;
  using api::verb;
  const std::string all = "/api/v1/businesses/{business_id}/jobs/dead";
  const access administering{audience::member, permission::administer};
  return {
      {{.id = "list_dead_jobs",
        .method = verb::get,
        .path = all,
        .tag = "Jobs",
        .summary = "Background work that failed for good, the latest first. It is kept for 90 days.",
        .allowed = administering,
        .query = paged(),
        .answers = {{200, "A page.", page_shape(job_shape(), "DeadJobPage")}}},
       list},
      {{.id = "retry_dead_job",
        .method = verb::post,
        .path = all + "/{dead_job_id}/retry",
        .tag = "Jobs",
        .summary = "Does the work once more from the start: it is an open job again.",
        .allowed = administering,
        .answers = {{204, "It is queued.", std::nullopt}},
        .problems = {409}},
       retry},
      {{.id = "drop_dead_job",
        .method = verb::del,
        .path = all + "/{dead_job_id}",
        .tag = "Jobs",
        .summary = "Gives the work up.",
        .allowed = administering,
        .answers = {{204, "It is gone.", std::nullopt}}},
       drop},
  };
}

}  // namespace sellavie::net
