#include "cli_world.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace credit::e2e {
namespace {

std::vector<std::string> joined(std::vector<std::string> first,
                                const std::vector<std::string>& rest) {
    first.insert(first.end(), rest.begin(), rest.end());
    return first;
}

std::string last_line(const std::string& text) {
    std::string last;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (!line.empty()) last = line;
    }
    return last;
}

Said said(int exit_code, const std::string& output, const std::string& errors) {
    Said out;
    out.exit = exit_code;
    out.errors = errors;
    out.json = nlohmann::json::parse(last_line(output), nullptr, false);
    if (!out.json.is_object()) {
        ADD_FAILURE() << "no JSON: " << output << errors;
        out.json = nlohmann::json::object();
    }
    // What is not there is null; the tests ask for values.
    for (auto it = out.json.begin(); it != out.json.end();)
        it = it->is_null() ? out.json.erase(it) : std::next(it);
    return out;
}

}  // namespace

bool is_refresh(const nlohmann::json& request) {
    return request["path"].get<std::string>().ends_with("/sessions/refresh");
}

bool contains(const std::vector<std::string>& all, const std::string& one) {
    return std::find(all.begin(), all.end(), one) != all.end();
}

CliWorld::CliWorld(const CliSetup& setup)
    : sandbox(joined({"--ca-dir", folder.path() + "/ca"}, setup.sandbox)) {
    partner = std::make_unique<Process>(
        CREDIT_PARTNER_PROGRAM,
        joined({"--ca-dir", folder.path() + "/ca", "--platform-ca-file", sandbox.ca_file(),
                "--user", "app-1=borrower-1", "--admin-port", "0", "--mint-limit", "0"},
               setup.partner),
        Environment{{"PLATFORM_BASE_URL", sandbox.url()},
                    {"PLATFORM_API_KEY", test_api_key},
                    {"PARTNER_STORAGE_KEY", std::nullopt}});
    partner_ready = partner->ready();
    std::string key;
    for (int i = 0; i < 32; ++i)
        key += "0f";
    environment = {{"CREDIT_ENVIRONMENT", "test"},
                   {"CREDIT_PLATFORM_URL", sandbox.url()},
                   {"CREDIT_PARTNER_URL", partner_ready["url"].get<std::string>()},
                   {"CREDIT_REFRESH_ROUTE", setup.route},
                   {"CREDIT_BORROWER", "borrower-1"},
                   {"CREDIT_STORAGE_DIR", folder.path() + "/store"},
                   {"CREDIT_STORAGE_KEY", key},
                   {"CREDIT_CA_FILE", sandbox.ca_file()},
                   {"CREDIT_PARTNER_AUTH", "Bearer app-1"}};
}

CliWorld::~CliWorld() {
    try {
        partner->terminate();
    } catch (const std::exception&) {
        // Its destructor sees to what does not want to end.
    }
}

Said CliWorld::run(const std::vector<std::string>& arguments, const std::string& input) {
    const std::string path = folder.path() + "/input";
    std::ofstream(path, std::ios::binary) << input;
    // Healing is spread over a fleet; a test is a fleet of one.
    const auto all = joined({"-c", R"(exec "$0" "$@" <")" + path + "\"", CREDIT_CLI_PROGRAM,
                             "--json", "--heal-spread-ms", "1"},
                            arguments);
    const Finished finished = run_program("/bin/sh", all, environment);
    return said(finished.exit_code, finished.output, finished.errors);
}

Process CliWorld::begin(const std::vector<std::string>& arguments) {
    return Process(CREDIT_CLI_PROGRAM, joined({"--json", "--heal-spread-ms", "1"}, arguments),
                   environment);
}

Said CliWorld::finish(Process& process) {
    const std::string output = process.remaining_output();
    const int exit_code = process.wait();
    return said(exit_code, output, process.errors());
}

void CliWorld::start() {
    const Said started = run({"start"});
    ASSERT_TRUE(started.ok()) << started.text();
}

std::string CliWorld::journey_id() {
    const Said journey = run({"journey"});
    EXPECT_TRUE(journey.ok()) << journey.text();
    return journey.json.value("journey_id", "");
}

std::vector<std::string> CliWorld::journal() {
    const Said explained = run({"explain"});
    EXPECT_TRUE(explained.ok()) << explained.text();
    std::vector<std::string> names;
    for (const auto& entry : explained.json["journal"])
        names.push_back(entry["what"]);
    return names;
}

std::int64_t CliWorld::refreshes() {
    std::int64_t count = 0;
    const nlohmann::json ledger = sandbox.ledger();
    for (const auto& request : ledger["requests"])
        count += is_refresh(request) ? 1 : 0;
    return count;
}

void CliWorld::partner_admin(const std::string& path, const nlohmann::json& body) {
    const RawReply reply =
        raw_request(partner_ready["admin_url"], "", {"POST", path, {}, body.dump()});
    ASSERT_EQ(reply.status, 200) << reply.bytes;
}

std::map<std::string, std::string> CliWorld::files() const {
    std::map<std::string, std::string> out;
    for (const auto& entry :
         std::filesystem::recursive_directory_iterator(folder.path() + "/store")) {
        struct stat info{};
        EXPECT_EQ(stat(entry.path().c_str(), &info), 0);
        std::string text = std::to_string(info.st_mode) + "\n";
        if (entry.is_regular_file()) {
            std::ifstream file(entry.path(), std::ios::binary);
            std::ostringstream bytes;
            bytes << file.rdbuf();
            text += bytes.str();
        }
        out[entry.path().string()] = text;
    }
    return out;
}

}  // namespace credit::e2e
