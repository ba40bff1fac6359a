#include "net/api/endpoints.hpp"

#include <iterator>

#include "net/api/resources/account.hpp"
#include "net/api/resources/activity.hpp"
#include "net/api/resources/attachments.hpp"
#include "net/api/resources/businesses.hpp"
#include "net/api/resources/canned_replies.hpp"
#include "net/api/resources/composer.hpp"
#include "net/api/resources/connect_flows.hpp"
#include "net/api/resources/connections.hpp"
#include "net/api/resources/conversation_work.hpp"
#include "net/api/resources/conversations.hpp"
#include "net/api/resources/customers.hpp"
#include "net/api/resources/dead_jobs.hpp"
#include "net/api/resources/events.hpp"
#include "net/api/resources/invitation_acceptance.hpp"
#include "net/api/resources/invitations.hpp"
#include "net/api/resources/invoice_documents.hpp"
#include "net/api/resources/invoice_settings.hpp"
#include "net/api/resources/invoices.hpp"
#include "net/api/resources/labels.hpp"
#include "net/api/resources/manual_orders.hpp"
#include "net/api/resources/members.hpp"
#include "net/api/resources/message_search.hpp"
#include "net/api/resources/notes.hpp"
#include "net/api/resources/notification_settings.hpp"
#include "net/api/resources/notifications.hpp"
#include "net/api/resources/order_changes.hpp"
#include "net/api/resources/orders.hpp"
#include "net/api/resources/passwords.hpp"
#include "net/api/resources/payment_connections.hpp"
#include "net/api/resources/payment_reviews.hpp"
#include "net/api/resources/payments.hpp"
#include "net/api/resources/person_tasks.hpp"
#include "net/api/resources/plan.hpp"
#include "net/api/resources/product_files.hpp"
#include "net/api/resources/product_groups.hpp"
#include "net/api/resources/product_images.hpp"
#include "net/api/resources/product_imports.hpp"
#include "net/api/resources/product_stock.hpp"
#include "net/api/resources/products.hpp"
#include "net/api/resources/push_subscriptions.hpp"
#include "net/api/resources/refunds.hpp"
#include "net/api/resources/second_factor.hpp"
#include "net/api/resources/sign_in.hpp"
#include "net/api/resources/sign_up.hpp"
#include "net/api/resources/training.hpp"
#include "net/api/resources/training_trial.hpp"
#include "net/api/resources/webhook_endpoints.hpp"

namespace sellavie::net {

std::vector<api_endpoint> all_endpoints(const std::shared_ptr<access_cache>& access,
                                        const config::limits_settings& limits) {
  // Apart: whoever asks for mails to sign up with somebody's address must not keep them from a new password.
  const auto sign_up_mails = std::make_shared<mail_limits>(limits.mails_per_recipient_per_hour);
  const auto password_mails = std::make_shared<mail_limits>(limits.mails_per_recipient_per_hour);
  const auto invitation_mails = std::make_shared<mail_limits>(limits.mails_per_recipient_per_hour);
  std::vector<api_endpoint> all;
  const auto add = [&all](std::vector<api_endpoint> more) {
    all.insert(all.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  };
  add(sign_in_endpoints(access));
  add(sign_up_endpoints(sign_up_mails));
  add(password_endpoints(access, password_mails));
  add(account_endpoints());
  add(second_factor_endpoints());
  add(business_endpoints());
  add(member_endpoints(access));
  add(invitation_endpoints(invitation_mails));
  add(invitation_acceptance_endpoints());
  add(notification_settings_endpoints());
  add(notification_endpoints());
  add(push_subscription_endpoints());
  add(conversation_endpoints());
  add(activity_endpoints());
  add(event_endpoints());
  add(attachment_endpoints());
  add(composer_endpoints());
  add(conversation_work_endpoints());
  add(note_endpoints());
  add(message_search_endpoints());
  add(label_endpoints());
  add(canned_reply_endpoints());
  add(customer_endpoints());
  add(person_task_endpoints());
  add(dead_job_endpoints());
  add(plan_endpoints());
  add(product_endpoints());
  add(product_stock_endpoints());
  add(product_image_endpoints());
  add(product_file_endpoints());
  add(product_import_endpoints());
  add(product_group_endpoints());
  add(connect_flow_endpoints());
  add(connection_endpoints());
  add(payment_connection_endpoints());
  add(webhook_endpoint_endpoints());
  add(training_endpoints());
  add(training_trial_endpoints());
  add(order_endpoints());
  add(manual_order_endpoints());
  add(order_change_endpoints());
  add(payment_endpoints());
  add(refund_endpoints());
  add(payment_review_endpoints());
  add(invoice_endpoints());
  add(invoice_document_endpoints());
  add(invoice_settings_endpoints());
  return all;
}

}  // namespace sellavie::net
