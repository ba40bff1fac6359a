#include "actors/turn.hpp"

#include <ctime>
#include <map>
#include <nlohmann/json.hpp>

namespace sellavie::actors {
namespace {

constexpr std::string_view cart_item = "order_item";
constexpr std::size_t most_cart_items = 50;

// A cart from WhatsApp's catalogue, as sku and quantity: its text is what the model and the inbox see.
std::string cart_of(const channel::channel_event& event) {
  std::string text;
  std::size_t items = 0;
  for (const auto& item : event.attachments) {
    if (item.type != cart_item || item.media_id.empty()) continue;
    if (++items > most_cart_items) continue;
    if (!text.empty()) text += ", ";
    text += item.title + " x " + item.media_id;
  }
  if (items > most_cart_items) text += " and " + std::to_string(items - most_cart_items) + " more";
  return text;
}

llm::turn_context context_of(const chat_context& chat, const turn& of,
                             const std::vector<action_kind>& allowed) {
  const tenant& business = *of.business;
  llm::turn_context context;
  context.business_name = business.name;
  context.taught = &business.knowledge.content;
  context.locale = business.locale;
  context.local_time = local_time(of.started_at, business.utc_offset_minutes);
  if (of.facts.products) context.products = *of.facts.products;
  context.customer_name = chat.customer_name;
  context.open_order = of.facts.open_order ? &*of.facts.open_order : nullptr;
  context.history = chat.history;
  for (const delivery& one : of.deliveries)
    if (!is_placeholder(*one.event)) context.inbound.push_back(text_of(*one.event));
  context.attachments = describe_attachments(of.deliveries);
  context.nonce = of.nonce;
  context.allowed = allowed;
  context.previous = of.previous;
  return context;
}

}  // namespace

std::string local_time(instant now, int utc_offset_minutes) {
  const std::time_t seconds = to_unix_ms(now + std::chrono::minutes{utc_offset_minutes}) / 1000;
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  char text[48];
  const std::size_t size = std::strftime(text, sizeof text, "%A %Y-%m-%d %H:%M", &parts);
  return {text, size};
}

// Assigning an empty turn would keep the buffers of its strings (libstdc++).
void release(turn& of) noexcept {
  turn spent;
  std::swap(of, spent);
}

std::string_view chosen_in(const channel::channel_event& event) noexcept {
  return event.kind == channel::event_kind::unsupported ? std::string_view{} : event.payload;
}

std::string text_of(const channel::channel_event& event) {
  const std::string cart = cart_of(event);
  if (!cart.empty()) return event.text.empty() ? cart : event.text + '\n' + cart;
  if (!event.text.empty()) return event.text;
  if (const auto chosen = chosen_in(event); !chosen.empty()) return std::string{chosen};
  std::string text;
  for (const auto& attachment : event.attachments) {
    if (!text.empty()) text += ' ';
    text += '(' + attachment.type + (attachment.title.empty() ? "" : ": " + attachment.title) + ')';
  }
  return text.empty() ? "(unsupported message)" : text;
}

bool is_placeholder(const channel::channel_event& event) noexcept {
  constexpr int currently_unavailable = 131060;
  return event.kind == channel::event_kind::unsupported && event.error_code == currently_unavailable;
}

bool is_readable(const channel::channel_event& event) {
  return !event.text.empty() || !chosen_in(event).empty() || !cart_of(event).empty();
}

std::string attachments_json(const channel::channel_event& event) {
  if (event.attachments.empty()) return {};
  auto list = nlohmann::json::array();
  for (const auto& one : event.attachments)
    list.push_back({{"type", one.type}, {"url", one.url}, {"media_id", one.media_id}, {"title", one.title}});
  return list.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string describe_attachments(const std::vector<delivery>& deliveries) {
  std::map<std::string, int> counts;
  for (const delivery& one : deliveries)
    for (const auto& attachment : one.event->attachments)
      if (attachment.type != cart_item) ++counts[attachment.type];
  std::string text;
  for (const auto& [type, count] : counts) {
    if (!text.empty()) text += ", ";
    text += std::to_string(count) + ' ' + type;
  }
  return text;
}

prompted prompt_models(const config::llm_settings& models, llm::turn_context& context) {
  bool any_tools = false;
  bool any_tags = false;
  llm::prompt_limits limits;
  for (const std::string& name : models.order) {
    const auto& provider = models.providers.find(name)->second;
    (provider.tools ? any_tools : any_tags) = true;
    limits.answer_tokens = std::max(limits.answer_tokens, static_cast<std::uint32_t>(provider.max_tokens));
  }
  prompted all;
  const auto build = [&](action_encoding encoding) {
    context.encoding = encoding;
    auto built = llm::build_prompt(context, limits);
    all.shown = std::move(built.shown);
    all.prices = std::move(built.prices);
    all.facts_text = std::move(built.facts_text);
    all.tokens = std::max(all.tokens, built.estimated_tokens);
    return std::make_shared<const llm::chat_request>(std::move(built.request));
  };
  if (any_tags) all.question.with_tags = build(action_encoding::tags);
  if (any_tools || !any_tags) all.question.with_tools = build(action_encoding::tools);
  return all;
}

model_question make_question(const chat_context& chat, turn& of, const std::vector<action_kind>& allowed) {
  auto context = context_of(chat, of, allowed);
  auto all = prompt_models(chat.node->settings->llm, context);
  of.shown = std::move(all.shown);
  of.prices = std::move(all.prices);
  of.facts_text = std::move(all.facts_text);
  return std::move(all.question);
}

}  // namespace sellavie::actors
