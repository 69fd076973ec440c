#include <cojob/impl/internal/client/location.hpp>
#include <cojob/impl/internal/client/server_words.hpp>

#include <boost/json/parse.hpp>
#include <boost/test/unit_test.hpp>

#include <string>

namespace server_words_tests {

using cojob::detail::is_reason_phrase;
using cojob::detail::server_words;
using cojob::detail::without_secrets;

struct row {
    int status;
    const char *body, *message, *detail;
};

const row rows[] = {
    {404, R"({"message":"Not Found"})", "Not Found", ""},
    {400, R"({"message":"long","error":"short"})", "long", "short"},
    {400, R"({"error":"short","message":"long"})", "long", "short"},
    {400, R"({"message":"","error":"short"})", "short", ""},
    {400, R"({"message":" ","error":"short"})", "short", ""},
    {400, R"({"message":null,"error":"short"})", "short", ""},
    {404, R"({"message":"Not Found","error":"job not found"})", "job not found", "Not Found"},
    {404, R"({"message":"404 not found.","error":"job not found"})", "job not found", "404 not found."},
    {400, R"({"error":"Bad Request","message":["prompt must be a string","branch is empty"],"statusCode":400})",
     "prompt must be a string; branch is empty", "Bad Request"},
    {400, R"({"error":{"message":"too long","type":"invalid_request_error","code":7}})", "too long", ""},
    {400, R"({"error":{"code":7},"message":"words"})", "words", ""},
    {400, R"({"error":{"code":7}})", "", ""},
    {400, R"({"error":{"errors":[{"message":"deep"}],"message":""}})", "deep", ""},
    {400, R"({"errors":[{"message":"one"},{"detail":"two"},"three",4]})", "one; two; three", ""},
    {400, R"({"errors":{"prompt":["is too long","is rude"],"branch":["is empty"]}})",
     "prompt: is too long; is rude; branch: is empty", ""},
    {400, R"({"errors":"all of it"})", "all of it", ""},
    {422, R"({"detail":[{"loc":["body","prompt"],"msg":"field required","type":"missing"}]})", "field required", ""},
    {403, R"({"type":"https://example.com/credit","title":"You do not have enough credit.","detail":"It costs 50."})",
     "It costs 50.", "You do not have enough credit."},
    {403, R"({"title":"You do not have enough credit.","status":403})", "You do not have enough credit.", ""},
    {404, R"({"title":"Not Found","status":404,"detail":"No job 7."})", "No job 7.", "Not Found"},
    {400, R"({"error":"invalid_grant","error_description":"The key has expired."})", "The key has expired.",
     "invalid_grant"},
    {400, R"({"message":"same","error":"same"})", "same", ""},
    {404, R"({"message":"任务不存在","error":"ENOENT"})", "任务不存在", "ENOENT"},
    {404, R"({"message":"Error 1020","error":"ENOENT"})", "Error 1020", "ENOENT"},
    {400, R"(["error"])", "error", ""},
    {400, R"([{"message":"one"},{"message":"two"}])", "one; two", ""},
    {400, R"("only words")", "only words", ""},
    {400, R"({"other":"words"})", "", ""},
    {400, "7", "", ""},
    {400, "null", "", ""},
    {400, R"({"error":{"error":{"error":{"error":{"error":{"error":{"error":"deep"}}}}}}})", "", ""},
};

} // namespace server_words_tests

BOOST_AUTO_TEST_SUITE(the_words_of_a_server)

using namespace server_words_tests;

BOOST_AUTO_TEST_CASE(are_found_in_every_form_the_most_telling_first)
{
    for (const auto& r : rows) {
        const server_words words(boost::json::parse(r.body), r.status);
        BOOST_TEST_CONTEXT(r.body)
        {
            BOOST_TEST(words.message() == r.message);
            BOOST_TEST(words.detail() == r.detail);
        }
    }
}

BOOST_AUTO_TEST_CASE(say_nothing_where_they_are_the_reason_phrase)
{
    for (const auto& [status, text] : {std::pair{404, "Not Found"},
                                       {404, "404 Not Found"},
                                       {404, "NOT_FOUND"},
                                       {404, "HTTP 404: Not Found"},
                                       {404, "404"},
                                       {404, "Error"},
                                       {413, "Content Too Large"},
                                       {413, "Payload Too Large"},
                                       {422, "Unprocessable Content"},
                                       {504, "Gateway Time-out"},
                                       {404, "HTTP/1.1 404 Not Found"},
                                       {500, "Internal Server Error."}})
        BOOST_TEST_CONTEXT(text) BOOST_TEST(is_reason_phrase(text, status));
    for (const auto& [status, text] : {std::pair{404, "job not found"},
                                       {500, "Not Found"},
                                       {400, "Not Found"},
                                       {404, "Not Found: job 7"},
                                       {404, "任务不存在"},
                                       {404, "404 任务不存在"},
                                       {404, "Не найдено"},
                                       {403, "Error 1020"},
                                       {404, "Not Found 404.7"},
                                       {404, "7"},
                                       {0, "Not Found"},
                                       {-1, "x"},
                                       {99999, "x"}})
        BOOST_TEST_CONTEXT(text) BOOST_TEST(!is_reason_phrase(text, status));
}

BOOST_AUTO_TEST_CASE(are_bounded_where_they_are_many)
{
    std::string body = R"({"errors":[)";
    for (int i = 0; i < 1000; ++i)
        body += R"("again",)";
    body += R"("end"]})";
    BOOST_TEST(server_words(boost::json::parse(body), 400).message().size() == 8 * 7U - 2);
}

BOOST_AUTO_TEST_CASE(a_location_is_shown_without_user_info_query_and_fragment)
{
    const std::pair<const char*, const char*> locations[] = {
        {"https://other.example/a/b", "https://other.example/a/b"},
        {"https://me:pw@other.example:8443/a?token=t#f", "https://other.example:8443/a"},
        {"https://me@x@other.example/a", "https://other.example/a"},
        {"//me:pw@other.example/a", "//other.example/a"},
        {"/login?next=secret", "/login"},
        {"/users/@me", "/users/@me"},
        {"relative/@me#f", "relative/@me"},
        {"https:me:pw@other.example/a", "https:other.example/a"},
        {"https:/\\me:pw@other.example\\a@b", "https:/\\other.example\\a@b"},
        {"\\\\me:pw@other.example/a", "\\\\other.example/a"},
        {"https://me:pw@", "https://"},
        {"https://other.example?a@b", "https://other.example"},
        {"https://me:p#w@host/", "https://host/"},
        {"https://me:p?w@host/a?b", "https://host/a"},
        {"https://me:p/w@host/a", "https://host/a"},
        {"https://me:p\\w@host/a", "https://host/a"},
        {"https://me:1#w@host/", "https://host/"},
        {"https://me@x:p#w@y#z@host/", "https://host/"},
        {"https://tok#en@host/", "https://host/"},
        {"//me:p#w@host/", "//host/"},
        {"https://localhost:8080?a@b", "https://localhost:8080"},
        {"https://other.example:8443#a@b", "https://other.example:8443"},
        {"https://[::1]:80?a@b", "https://[::1]:80"},
        {"https://intranet/users/@me", "https://intranet/users/@me"},
        {"/login#p@q", "/login"},
        {"https:///?a@b", "https:///"},
        {"?token", ""},
        {"", ""},
    };
    for (const auto& [sent, shown] : locations)
        BOOST_TEST(without_secrets(sent) == shown);
}

BOOST_AUTO_TEST_SUITE_END()
