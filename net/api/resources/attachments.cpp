#include "net/api/resources/attachments.hpp"

#include <algorithm>

#include "net/api/edits.hpp"
#include "net/api/public_token.hpp"
#include "net/api/uploads.hpp"
#include "protocol/channel/send.hpp"
#include "protocol/crypto/digest.hpp"
#include "protocol/image/pdf_document.hpp"
#include "protocol/image/recode.hpp"
#include "storage/api/attachments.hpp"

namespace sellavie::net {
namespace {

using api::problem;
using api::schema;
namespace problems = api::problems;
using nlohmann::json;

constexpr const char* public_path = "/media/";
constexpr std::string_view pdf_type = "application/pdf";
constexpr std::size_t longest_name = 120;

// --- shapes --------------------------------------------------------------------------------------

schema name_text() { return schema::text({1, longest_name}).example("price list.pdf"); }

schema attachment_shape() {
  return schema::object(
             {{"id", schema::uuid().described("To be named in a message.")},
              {"kind", schema::word({"image", "file"})},
              {"content_type", schema::word({"image/jpeg", "image/png", std::string{pdf_type}})},
              {"name", name_text()},
              {"size", schema::integer(1).example(48211).described("Bytes, as they are sent.")},
              {"url", schema::text({1, 2000})
                          .example("https://shop.example/media/01890a5d-ac96-774b-bcce-b302099a8057")
                          .described("Whoever has this link can read the file.")},
              {"is_used", schema::boolean().described("By a message; what is unused goes after a day.")},
              {"created_at", schema::timestamp()}})
      .named("Attachment");
}

json shown(const workplace& place, const storage::attachment& one) {
  return {{"id", to_string(one.id)},
          {"kind", one.kind},
          {"content_type", one.content_type},
          {"name", one.file_name},
          {"size", one.size},
          {"url", media_url(place.with.settings->http.public_url, one.token)},
          {"is_used", one.is_used},
          {"created_at", api::timestamp(to_unix_ms(one.created_at))}};
}

// --- names ---------------------------------------------------------------------------------------

// A document is named as what it is, so that none looks like something else on a phone.
std::string document_name(std::string given) {
  constexpr std::string_view ending = ".pdf";
  if (given.empty()) return "document.pdf";
  auto lower = given;
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  if (lower.ends_with(ending)) return given;
  // Room for the ending: schema counts code points, so cutting may fall into one; only whole ones stay.
  while (given.size() > longest_name - ending.size()) {
    while (given.size() > 1 && (static_cast<unsigned char>(given.back()) & 0xC0U) == 0x80U) given.pop_back();
    given.pop_back();
  }
  return given.append(ending);
}

std::string header_name(std::string_view name) {
  std::string safe;
  for (const char c : name) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                          c == '.' || c == '-' || c == '_';
    safe += is_plain ? c : '_';
  }
  return safe;
}

// --- handlers ------------------------------------------------------------------------------------

/// Kind, type and bytes as they are sent; the sender's word for them does not count.
result<void> read_file(std::string& bytes, storage::new_attachment& into) {
  if (image::is_pdf(bytes)) {
    if (auto checked = image::check_pdf(bytes); !checked) return checked;
    into.about.kind = "file";
    into.about.content_type = pdf_type;
    into.bytes = std::move(bytes);
    return {};
  }
  auto made = image::recode_image(bytes);
  if (!made) return made.error();
  into.about.kind = "image";
  into.about.content_type = image::content_type_of(made.value().format);
  into.bytes = std::move(made.value().bytes);
  return {};
}

api_outcome upload(workplace& place, api_call& call) {
  storage::new_attachment wanted;
  wanted.upload_hash = crypto::sha256(call.raw_body);
  const auto given = call.query_value("name").value_or("");
  wanted.about.file_name = image::is_pdf(call.raw_body) ? document_name(given)
                           : given.empty()              ? "picture"
                                                        : given;
  const auto known = storage::find_same_upload(place.store, call.by.business, call.by.account,
                                               wanted.upload_hash, wanted.about.file_name);
  if (!known) return api::problem_of(known.error());
  if (known.value()) return api_answer{201, shown(place, *known.value())};
  const auto has_room = storage::has_room_for_attachments(place.store, call.by.business);
  if (!has_room) return api::problem_of(has_room.error());
  if (!has_room.value()) return refused(storage::edit_outcome::full);
  if (auto read = read_file(call.raw_body, wanted); !read)
    return refused_upload(read.error(), "The file is no JPEG, PNG or WebP picture and no PDF document.");
  wanted.about.id = place.with.ids->next_as<storage::attachment_id>();
  wanted.about.token = fresh_token(place);
  wanted.about.size = static_cast<std::int64_t>(wanted.bytes.size());
  wanted.about.created_at = call.now;
  const auto added = storage::add_attachment(place.store, call.by.business, origin_of(call), wanted);
  if (!added) return api::problem_of(added.error());
  if (added.value() != storage::edit_outcome::done) return refused(added.value());
  return api_answer{201, shown(place, wanted.about)};
}

api_outcome show(workplace& place, api_call& call) {
  const storage::attachment_id ids[] = {call.id<storage::attachment_id>("attachment_id")};
  return answer_with(storage::find_attachments(place.store, call.by.business, ids),
                     [&](const auto& found) -> api_outcome {
                       if (!found.front()) return problem{problems::not_found};
                       return api_answer{200, shown(place, *found.front())};
                     });
}

api_outcome discard(workplace& place, api_call& call) {
  return answer_with(storage::discard_attachment(place.store, call.by.business, origin_of(call),
                                                 call.id<storage::attachment_id>("attachment_id")),
                     [](storage::edit_outcome outcome) -> api_outcome {
                       if (outcome == storage::edit_outcome::done) return api_answer{204, nullptr};
                       if (outcome == storage::edit_outcome::taken)
                         return problem{problems::conflict, "A message shows it already."};
                       return refused(outcome);
                     });
}

// Nothing in it may run in whoever opens it from this origin.
api_outcome give_media(workplace& place, api_call& call) {
  auto found = storage::read_media(place.store, call.ids.find("media_token")->second);
  if (!found) return api::problem_of(found.error());
  if (!found.value()) return problem{problems::not_found};
  auto& media = *found.value();
  api_answer answer;
  const char* shown_as = media.kind == "file" ? "attachment" : "inline";
  answer.headers.emplace_back("Content-Disposition",
                              std::string{shown_as} + "; filename=\"" + header_name(media.file_name) + '"');
  answer.raw_body = {std::move(media.bytes), std::move(media.content_type)};
  return answer;
}

}  // namespace

std::string media_url(std::string_view public_url, const uuid& token) {
  while (public_url.ends_with('/')) public_url.remove_suffix(1);
  return std::string{public_url} + public_path + to_string(token);
}

std::vector<api_endpoint> attachment_endpoints() {
  using api::verb;
  const std::string all = "/api/v1/businesses/{business_id}/attachments";
  const std::string one = all + "/{attachment_id}";
  const api::access conversing{api::audience::member, api::permission::converse};
  const std::vector<std::string> raw_types{"image/jpeg", "image/png", std::string{pdf_type}};
  return {
      {{.id = "upload_attachment",
        .method = verb::post,
        .path = all,
        .tag = "Conversations",
        .summary =
            "A picture or PDF to be sent to a customer. Pictures are encoded anew, without metadata. The same "
            "file again adds nothing while no message uses it.",
        .allowed = conversing,
        .query = {{"name", name_text(), "What the customer reads where the channel shows a file's name."}},
        .raw = api::raw_body{{"image/jpeg", "image/png", "image/webp", std::string{pdf_type}},
                             largest_upload,
                             "The file. What it is is read from its bytes."},
        .answers = {{201, "The attachment; name its id in a message.", attachment_shape()}},
        .problems = {409, 422}},
       upload,
       api_pool::pictures},
      {{.id = "show_attachment",
        .method = verb::get,
        .path = one,
        .tag = "Conversations",
        .summary = "An upload.",
        .allowed = conversing,
        .answers = {{200, "The attachment.", attachment_shape()}}},
       show},
      {{.id = "discard_attachment",
        .method = verb::del,
        .path = one,
        .tag = "Conversations",
        .summary = "Takes an upload back that no message uses.",
        .allowed = conversing,
        .answers = {{204, "It is gone."}},
        .problems = {409}},
       discard},
      {.operation = {.id = "show_media",
                     .method = verb::get,
                     .path = "/api/v1/media/{media_token}",
                     .tag = "Conversations",
                     .summary = "The bytes behind an attachment's link; also at /media/{media_token}.",
                     .allowed = {api::audience::anyone},
                     .answers = {api::with_file_name(
                         {.status = 200, .description = "The file.", .raw_types = raw_types})}},
       .handler = give_media,
       .also_at = std::string{public_path} + "{media_token}"},
  };
}

}  // namespace sellavie::net
