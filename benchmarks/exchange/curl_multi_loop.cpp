// curl_multi_loop PORT CA_FILE COUNT IN_FLIGHT: the same with libcurl's multi interface, so many at a time. Prints the
// last job's status.

#include <boost/json.hpp>

#include <curl/curl.h>

#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <list>
#include <string>

namespace {

std::size_t append(char* data, std::size_t, std::size_t size, void* body)
{
    static_cast<std::string*>(body)->append(data, size);
    return size;
}

struct transfer {
    transfer(const std::string& url, const char* authorities, curl_slist* headers)
    {
        curl_easy_setopt(handle, CURLOPT_URL, url.c_str());
        curl_easy_setopt(handle, CURLOPT_CAINFO, authorities);
        curl_easy_setopt(handle, CURLOPT_HTTP_VERSION, CURL_HTTP_VERSION_1_1);
        curl_easy_setopt(handle, CURLOPT_HTTPHEADER, headers);
        curl_easy_setopt(handle, CURLOPT_TIMEOUT, 30L);
        curl_easy_setopt(handle, CURLOPT_WRITEFUNCTION, append);
        curl_easy_setopt(handle, CURLOPT_WRITEDATA, &body);
        curl_easy_setopt(handle, CURLOPT_PRIVATE, this);
    }
    transfer(const transfer&) = delete;
    transfer& operator=(const transfer&) = delete;
    ~transfer() { curl_easy_cleanup(handle); }

    CURL* const handle = curl_easy_init();
    std::string body;
};

} // namespace

int main(int argc, char** argv)
{
    if (argc < 5)
        return 2;
    auto* const all = curl_multi_init();
    const auto url = "https://localhost:" + std::string(argv[1]) + "/v2/agent/p/job/job_1";
    auto* const headers = curl_slist_append(curl_slist_append(nullptr, "Accept: application/json"),
                                            "Authorization: Bearer mint_test_key");
    auto left = std::atoi(argv[3]), running = 0;
    std::list<transfer> transfers;
    for (int i = 0; i < std::atoi(argv[4]); ++i, --left)
        curl_multi_add_handle(all, transfers.emplace_back(url, argv[2], headers).handle);
    std::string status;
    do {
        curl_multi_perform(all, &running);
        int rest = 0;
        while (const auto* const message = curl_multi_info_read(all, &rest)) {
            if (message->msg != CURLMSG_DONE)
                continue;
            if (message->data.result != CURLE_OK) {
                std::cerr << curl_easy_strerror(message->data.result) << '\n';
                return 1;
            }
            auto* const handle = message->easy_handle;
            transfer* done = nullptr;
            curl_easy_getinfo(handle, CURLINFO_PRIVATE, &done);
            status = boost::json::parse(done->body).at("status").as_string();
            done->body.clear();
            curl_multi_remove_handle(all, handle);
            if (left-- > 0) {
                curl_multi_add_handle(all, handle);
                ++running;
            }
        }
        if (running != 0)
            curl_multi_poll(all, nullptr, 0, 1000, nullptr);
    } while (running != 0);
    std::cout << status << '\n';
    transfers.clear();
    curl_multi_cleanup(all);
    curl_slist_free_all(headers);
}
