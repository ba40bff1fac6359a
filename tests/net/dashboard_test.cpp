// The dashboard's files and pages, on a real socket.
#include <fstream>

#include "net/dashboard/dashboard_routes.hpp"
#include "net/dashboard/site.hpp"
#include "tests/net/http_fixture.hpp"
#include "tests/support/test_cluster.hpp"

namespace sellavie::test {
namespace {

namespace fs = std::filesystem;

class dashboard : public ::testing::Test {
 protected:
  dashboard() {
    write("index.html", "<!doctype html><title>Sellavie</title>");
    write("icon.svg", "<svg/>");
    write("assets/index-Dk3x.js", script);
  }
  ~dashboard() override {
    if (server) server->drain(std::chrono::milliseconds{0});
    threads.stop();
  }

  void write(const fs::path& path, const std::string& bytes) const {
    fs::create_directories((folder.path() / path).parent_path());
    std::ofstream{folder.path() / path, std::ios::binary} << bytes;
  }

  [[nodiscard]] raw_answer get(std::string_view target, std::string_view headers = {},
                               std::string_view method = "GET") {
    if (!server) {
      net::router routes;
      routes.add(net::http_method::get, "/api/v1/openapi.json",
                 [](net::request&, net::responder to) { to.answer(net::json_response(200, "{}")); });
      net::add_dashboard(routes, served, log);
      server = std::make_unique<net::http_server>(threads.contexts(), std::move(routes));
      port = server->listen("127.0.0.1", 0).value();
    }
    return raw_peer::connect_to(port)
        .send(std::string{method}
                  .append(" ")
                  .append(target)
                  .append(" HTTP/1.1\r\nHost: t\r\n")
                  .append(headers) +
              "\r\n")
        .read_answer();
  }

  const std::string script = "export const a = 1;" + std::string(5000, ' ');
  temporary_folder folder;
  fs::path served = folder.path();
  std::string logged;
  monitoring::logger log{{.queue = 0, .write = [this](std::string_view line) { logged.append(line); }}};
  net::io_threads threads{1};
  std::unique_ptr<net::http_server> server;
  std::uint16_t port = 0;
};

TEST_F(dashboard, answers_each_page_with_its_index) {
  for (const auto* path : {"/", "/sign-in", "/businesses/1/inbox/2?folder=mine", "/connect/return"}) {
    const auto answer = get(path);
    EXPECT_EQ(answer.status(), 200) << path;
    EXPECT_TRUE(answer.has("Content-Type: text/html")) << path;
    EXPECT_TRUE(answer.has("Cache-Control: no-cache")) << path;
    EXPECT_NE(answer.body.find("<title>Sellavie"), std::string::npos) << path;
  }
}

TEST_F(dashboard, lets_no_script_stand_in_a_page) {
  const auto answer = get("/");
  EXPECT_TRUE(answer.has("default-src 'none'; script-src 'self';"));
  EXPECT_TRUE(answer.has("frame-ancestors 'none'"));
  EXPECT_TRUE(answer.has("X-Content-Type-Options: nosniff"));
}

TEST_F(dashboard, lets_a_frame_show_only_what_the_page_made) {
  EXPECT_TRUE(get("/").has("; frame-src blob:; "));
}

TEST_F(dashboard, gives_what_carries_its_hash_for_a_year) {
  const auto answer = get("/assets/index-Dk3x.js");
  EXPECT_EQ(answer.body, script);
  EXPECT_TRUE(answer.has("Cache-Control: public, max-age=31536000, immutable"));
  EXPECT_TRUE(answer.has("Content-Type: text/javascript"));
}

TEST_F(dashboard, sends_it_compressed_to_who_takes_that) {
  const auto answer = get("/assets/index-Dk3x.js", "Accept-Encoding: br, gzip\r\n");
  EXPECT_TRUE(answer.has("Content-Encoding: gzip"));
  EXPECT_TRUE(answer.has("Vary: Accept-Encoding"));
  EXPECT_LT(answer.body.size(), script.size());
  EXPECT_FALSE(get("/assets/index-Dk3x.js", "Accept-Encoding: gzip;q=0\r\n").has("Content-Encoding"));
}

TEST_F(dashboard, says_304_to_who_has_it) {
  const auto first = get("/icon.svg");
  const auto begin = first.head.find("ETag: ") + 6;
  const auto etag = first.head.substr(begin, first.head.find('\r', begin) - begin);
  const auto again = get("/icon.svg", "If-None-Match: W/" + etag + "\r\n");
  EXPECT_EQ(again.status(), 304);
  EXPECT_TRUE(again.has("Content-Security-Policy"));
  write("icon.svg", "<svg>another</svg>");
  server.reset();
  EXPECT_EQ(get("/icon.svg", "If-None-Match: " + etag + "\r\n").status(), 200);
}

TEST_F(dashboard, leaves_every_other_address_as_it_was) {
  for (const auto* path :
       {"/api/v1/nothing", "/webhooks/nothing", "/metrics", "/elsewhere", "/assets/nothing.js"})
    EXPECT_EQ(get(path).status(), 404) << path;
  EXPECT_EQ(get("/api/v1/openapi.json").body, "{}");
  EXPECT_EQ(get("/sign-in", "Content-Length: 0\r\n", "POST").status(), 405);
}

TEST_F(dashboard, reaches_nothing_beside_its_folder) {
  const auto secret = folder.path().parent_path() / "sellavie-test-secret.txt";
  std::ofstream{secret} << "secret";
  fs::create_symlink(secret, folder.path() / "assets" / "link.txt");
  write("assets/.hidden.txt", "secret");
  write("assets/a b.txt", "secret");
  for (const auto* path :
       {"/assets/../../sellavie-test-secret.txt", "/assets/%2e%2e/%2e%2e/sellavie-test-secret.txt",
        "/assets/..%2f..%2fsellavie-test-secret.txt", "/assets/link.txt", "/assets/.hidden.txt",
        "/assets/a%20b.txt", "/assets//etc/passwd", "/assets/", "/assets/%00"})
    EXPECT_EQ(get(path).body.find("secret"), std::string::npos) << path;
  fs::remove(secret);
}

TEST_F(dashboard, is_none_without_an_index) {
  fs::remove(folder.path() / "index.html");
  EXPECT_EQ(net::site::load(folder.path()).error().code, errc::not_found);
  EXPECT_EQ(net::site::load(folder.path() / "nothing").error().code, errc::not_found);
  EXPECT_EQ(net::site::load(folder.path() / "icon.svg").error().code, errc::unavailable);
}

TEST_F(dashboard, that_is_not_there_is_told_and_the_rest_is_served) {
  served /= "nothing";
  EXPECT_EQ(get("/").status(), 404);
  EXPECT_EQ(get("/api/v1/openapi.json").body, "{}");
  EXPECT_NE(logged.find("dashboard_not_there"), std::string::npos) << logged;
  EXPECT_NE(logged.find(served.string()), std::string::npos) << logged;
}

TEST_F(dashboard, that_cannot_be_read_is_told_and_the_rest_is_served) {
  served /= "icon.svg";
  EXPECT_EQ(get("/").status(), 404);
  EXPECT_NE(logged.find("dashboard_not_served"), std::string::npos) << logged;
}

TEST_F(dashboard, that_nobody_wants_is_no_warning) {
  served.clear();
  EXPECT_EQ(get("/").status(), 404);
  EXPECT_EQ(logged, "");
}

TEST_F(dashboard, is_none_when_there_is_too_much_of_it) {
  for (std::size_t i = 0; i <= net::site::most_files; ++i) write("assets/f" + std::to_string(i) + ".txt", "");
  EXPECT_EQ(net::site::load(folder.path()).error().code, errc::too_large);
}

}  // namespace
}  // namespace sellavie::test
