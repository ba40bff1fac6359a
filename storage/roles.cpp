#include "storage/roles.hpp"

#include <array>

namespace sellavie::storage {
namespace {

constexpr std::string_view roles_application = "sellavie roles";

// The role itself and the user who logged in: RESET ROLE leads back to the latter.
constexpr const char* facts_sql = R"(
  SELECT current_user, session_user,
         current_setting('server_version_num')::int, current_setting('server_encoding'),
         (SELECT format('%s (%s)', rolname, CASE WHEN rolsuper THEN 'SUPERUSER' ELSE 'BYPASSRLS' END)
            FROM pg_roles
           WHERE (rolsuper OR rolbypassrls)
             AND (pg_has_role(current_user, oid, 'MEMBER') OR pg_has_role(session_user, oid, 'MEMBER'))
           ORDER BY rolname = current_user DESC, rolname = session_user DESC, rolname LIMIT 1))";

constexpr const char* membership_sql = R"(
  SELECT count(*) FROM pg_roles WHERE rolname = $1 AND pg_has_role(current_user, oid, $2))";

constexpr int lowest_version = 150000;

struct role_facts {
  std::string user;
  std::string login;
};

result<role_facts> read_facts(PGconn& connection, std::string_view which) {
  const auto rows = execute(connection, facts_sql);
  if (!rows) return rows.error();
  role_facts facts{std::string{field(*rows, 0, 0)}, std::string{field(*rows, 0, 1)}};
  const auto prefix = "the " + std::string{which} + " role \"" + facts.user + "\" ";
  if (std::stoi(std::string{field(*rows, 0, 2)}) < lowest_version)
    return make_failure(errc::invalid_value, "PostgreSQL 15 or newer is needed, this server reports " +
                                                 std::string{field(*rows, 0, 2)});
  if (field(*rows, 0, 3) != "UTF8")
    return make_failure(errc::invalid_value,
                        "the database's encoding is " + std::string{field(*rows, 0, 3)} +
                            ", UTF8 is needed: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0");
  if (const auto strong = field(*rows, 0, 4); !strong.empty())
    return make_failure(
        errc::forbidden,
        prefix + "is or can become " + std::string{strong} +
            ": row-level security would not hold. Give [database] a role that is NOSUPERUSER NOBYPASSRLS");
  return facts;
}

// Rights come without a SET ROLE, or could be had by one.
constexpr const char* has_rights_of = "USAGE";
constexpr const char* can_become = "MEMBER";

result<bool> is_member(PGconn& connection, std::string_view of, const char* how) {
  const auto rows = execute(connection, membership_sql, std::array{std::string{of}, std::string{how}});
  if (!rows) return rows.error();
  return field(*rows, 0, 0) != "0";
}

/// A statement that may race with another server doing the same.
result<void> attempt(PGconn& connection, const std::string& statement) {
  const auto done = execute(connection, statement);
  if (done || done.error().code == errc::conflict) return {};
  return done.error();
}

error missing_right(const std::string& statement, const error& cause) {
  return make_failure(errc::forbidden,
                      "a superuser has to run once: " + statement + "; (" + cause.detail + ")");
}

result<void> ensure_role(PGconn& connection, std::string_view name) {
  const auto rows =
      execute(connection, "SELECT FROM pg_roles WHERE rolname = $1", std::array{std::string{name}});
  if (!rows) return rows.error();
  if (PQntuples(rows->get()) > 0) return {};
  const auto statement = "CREATE ROLE " + quoted_name(name) + " NOLOGIN";
  if (const auto made = attempt(connection, statement); !made) return missing_right(statement, made.error());
  return {};
}

result<void> ensure_member(PGconn& connection, std::string_view role, const std::string& user) {
  const auto statement = "GRANT " + quoted_name(role) + " TO " + quoted_name(user);
  if (const auto granted = attempt(connection, statement); !granted)
    return missing_right(statement, granted.error());
  return {};
}

/// The owner reaches the role by SET ROLE. Tried rather than asked: PostgreSQL 16 split memberships.
result<database_role> below_owner(PGconn& owner, const std::string& owner_user, const std::string& url,
                                  std::string_view role) {
  const database_role reached{url, std::string{role}};
  if (!execute(owner, set_role_statement(reached)))
    if (const auto granted = ensure_member(owner, role, owner_user); !granted) return granted.error();
  if (const auto reset = execute(owner, "RESET ROLE"); !reset) return reset.error();
  return reached;
}

/// A login of its own: used as it is, but it must have what the schema grants to the role.
result<database_role> by_itself(PGconn& owner, const std::string& url, std::string_view role) {
  const database_role reached{url, {}};
  const auto connection = open_pq(reached, roles_application);
  if (!connection) return connection.error();
  const auto member = is_member(**connection, role, has_rights_of);
  if (!member) return member.error();
  if (*member) return reached;
  const auto facts = read_facts(**connection, role);
  if (!facts) return facts.error();
  if (const auto granted = ensure_member(owner, role, facts->user); !granted) return granted.error();
  return reached;
}

result<database_role> reach(PGconn& owner, const std::string& owner_user, const database_urls& urls,
                            const std::string& own_url, std::string_view role) {
  if (const auto made = ensure_role(owner, role); !made) return made.error();
  return own_url.empty() ? below_owner(owner, owner_user, urls.url, role) : by_itself(owner, own_url, role);
}

result<role_facts> check_one(const database_role& role, std::string_view which, std::string_view must_be,
                             std::initializer_list<std::string_view> must_not_become) {
  const auto connection = open_pq(role, roles_application);
  if (!connection)
    return make_failure(connection.error().code,
                        "the " + std::string{which} + " role: " + connection.error().detail);
  auto facts = read_facts(**connection, which);
  if (!facts) return facts;
  if (!must_be.empty()) {
    const auto member = is_member(**connection, must_be, has_rights_of);
    if (!member) return member.error();
    if (!*member)
      return make_failure(errc::forbidden, "\"" + facts->user + "\" is no member of " + std::string{must_be} +
                                               ": GRANT " + std::string{must_be} + " TO " +
                                               quoted_name(facts->user));
  }
  for (const auto forbidden : must_not_become) {
    const auto member = is_member(**connection, forbidden, can_become);
    if (!member) return member.error();
    if (*member)
      return make_failure(errc::forbidden, "the " + std::string{which} + " role \"" + facts->user +
                                               "\" can become \"" + std::string{forbidden} +
                                               "\", it must not");
  }
  return facts;
}

}  // namespace

result<database_access> prepare_roles(const database_urls& urls) {
  database_access access{{urls.url, {}}, {}, {}};
  const auto owner = open_pq(access.owner, roles_application);
  if (!owner) return make_failure(owner.error().code, "database.url: " + owner.error().detail);
  const auto facts = read_facts(**owner, "owner");
  if (!facts) return facts.error();
  auto engine = reach(**owner, facts->user, urls, urls.engine_url, engine_role);
  if (!engine) return make_failure(engine.error().code, "engine role: " + engine.error().detail);
  auto tenant = reach(**owner, facts->user, urls, urls.tenant_url, tenant_role);
  if (!tenant) return make_failure(tenant.error().code, "tenant role: " + tenant.error().detail);
  access.engine = *std::move(engine);
  access.tenant = *std::move(tenant);
  return access;
}

result<void> let_owner_act_as_engine(PGconn& owner) {
  const auto member = is_member(owner, engine_role, has_rights_of);
  if (!member) return member.error();
  if (*member) return {};
  const auto facts = read_facts(owner, "owner");
  if (!facts) return facts.error();
  return ensure_member(owner, engine_role, facts->user);
}

result<void> check_roles(const database_access& access) {
  const auto owner = check_one(access.owner, "owner", {}, {});
  if (!owner) return owner.error();
  const auto engine = check_one(access.engine, "engine", engine_role, {owner->user});
  if (!engine) return engine.error();
  const auto tenant =
      check_one(access.tenant, "tenant", tenant_role, {owner->user, engine->user, engine_role});
  if (!tenant) return tenant.error();
  return {};
}

}  // namespace sellavie::storage
