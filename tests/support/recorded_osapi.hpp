#ifndef TESTS_SUPPORT_RECORDED_OSAPI_HPP
#define TESTS_SUPPORT_RECORDED_OSAPI_HPP

#include <cojob/testing/scripted_transport.hpp>

#include <string>

// Responses of a real OSAPI server (osapi-io/osapi at 63dd1cff), recorded on 2026-11-22: status, X-Request-Id, Date and
// body, unmodified.
namespace tests::recorded {

struct answer {
    int status;
    const char *request_id, *date, *body;

    [[nodiscard]] cojob::testing::scripted_reply reply() const
    {
        return {status, body, {{"X-Request-Id", request_id}, {"Date", date}}};
    }
};

inline constexpr answer job_submitted{
    200, "GPfwIwINdlKlcFqMpEgfobdbFUzkzJnd", "Sun, 22 Nov 2026 00:29:59 GMT",
    R"({"changed":null,"created":"2026-11-22T00:29:56Z","id":"e8aef70f-ab13-4b86-b16c-d566016a9d8d",)"
    R"("operation":{"data":{"args":["3"],"command":"sleep"},"type":"command.exec.execute"},)"
    R"("status":"submitted","timeline":[{"event":"submitted","hostname":"_api",)"
    R"("message":"Job submitted to queue","timestamp":"2026-11-22T00:29:56Z"}],)"
    R"("updated_at":"2026-11-22T00:29:56Z"})"};

inline constexpr answer job_processing{
    200, "FwitwnaGoGpRzglYrQAeovLtpvvCwKbS", "Sun, 22 Nov 2026 00:28:57 GMT",
    R"({"agent_states":{"osapi-test":{"status":"started"}},"changed":null,"created":"2026-11-22T00:28:57Z",)"
    R"("id":"fc5ae9f3-f757-499f-8794-d9f401e5a68a","operation":{"data":{"args":["3"],"command":"sleep"},)"
    R"("type":"command.exec.execute"},"status":"processing","timeline":[{"event":"submitted",)"
    R"("hostname":"_api","message":"Job submitted to queue","timestamp":"2026-11-22T00:28:57Z"},)"
    R"({"event":"acknowledged","hostname":"osapi-test","message":"Job acknowledged by agent osapi-test",)"
    R"("timestamp":"2026-11-22T00:28:57Z"},{"event":"started","hostname":"osapi-test",)"
    R"("message":"Job processing started on osapi-test","timestamp":"2026-11-22T00:28:57Z"}],)"
    R"("updated_at":"2026-11-22T00:28:57.286978813Z"})"};

inline constexpr answer job_completed{
    200, "ocqpWNEYLutSmTKLdMqMuOLScEDMtqzN", "Sun, 22 Nov 2026 00:28:16 GMT",
    R"({"agent_states":{"osapi-test":{"duration":"2.748032ms","status":"completed"}},"changed":true,)"
    R"("created":"2026-11-22T00:28:16Z","hostname":"osapi-test","id":"5d2abc12-3f3e-4ac2-9908-07247d2be599")"
    R"(,"operation":{"data":{"args":["hello"],"command":"echo"},"type":"command.exec.execute"},)"
    R"("responses":{"osapi-test":{"changed":true,"data":{"changed":true,"duration_ms":0,"exit_code":0,)"
    R"("stderr":"","stdout":"hello\n"},"hostname":"osapi-test","status":"completed"}},)"
    R"("result":{"changed":true,"duration_ms":0,"exit_code":0,"stderr":"","stdout":"hello\n"},)"
    R"("status":"completed","timeline":[{"event":"acknowledged","hostname":"osapi-test",)"
    R"("message":"Job acknowledged by agent osapi-test","timestamp":"2026-11-22T00:28:16Z"},)"
    R"({"event":"started","hostname":"osapi-test","message":"Job processing started on osapi-test",)"
    R"("timestamp":"2026-11-22T00:28:16Z"},{"event":"completed","hostname":"osapi-test",)"
    R"("message":"Job completed successfully on osapi-test","timestamp":"2026-11-22T00:28:16Z"}],)"
    R"("updated_at":"2026-11-22T00:28:16.291723016Z"})"};

inline constexpr answer job_failed{
    200, "BORDlbcWiKuYABWyKftmejkWYVqafskS", "Sun, 22 Nov 2026 00:29:16 GMT",
    R"({"agent_states":{"osapi-test":{"duration":"1.002363931s","error":"command execution failed: command )"
    R"(timed out after 1s","status":"failed"}},"changed":null,"created":"2026-11-22T00:29:15Z",)"
    R"("error":"command execution failed: command timed out after 1s","hostname":"osapi-test",)"
    R"("id":"e53e9074-bbb8-4dc8-980a-76df9312ec4d","operation":{"data":{"args":["5"],"command":"sleep",)"
    R"("timeout":1},"type":"command.exec.execute"},"responses":{"osapi-test":{"changed":null,)"
    R"("error":"command execution failed: command timed out after 1s","hostname":"osapi-test",)"
    R"("status":"failed"}},"status":"failed","timeline":[{"event":"acknowledged","hostname":"osapi-test",)"
    R"("message":"Job acknowledged by agent osapi-test","timestamp":"2026-11-22T00:29:15Z"},)"
    R"({"event":"started","hostname":"osapi-test","message":"Job processing started on osapi-test",)"
    R"("timestamp":"2026-11-22T00:29:15Z"},{"error":"command execution failed: command timed out after 1s",)"
    R"("event":"failed","hostname":"osapi-test","message":"Job failed on osapi-test",)"
    R"("timestamp":"2026-11-22T00:29:16Z"}],"updated_at":"2026-11-22T00:29:16.554433082Z"})"};

inline constexpr answer job_broadcast{
    200, "sFTtiFmHfaAoylWTqoMExfKVDQRRDfHE", "Sun, 22 Nov 2026 00:28:16 GMT",
    R"({"agent_states":{"osapi-test":{"duration":"4.876836ms","status":"completed"}},"changed":true,)"
    R"("created":"2026-11-22T00:28:16Z","hostname":"osapi-test","id":"6c33b6ca-445f-42dd-98da-5117c94d09ad")"
    R"(,"operation":{"data":{"args":["b"],"command":"echo"},"type":"command.exec.execute"},)"
    R"("responses":{"osapi-test":{"changed":true,"data":{"changed":true,"duration_ms":2,"exit_code":0,)"
    R"("stderr":"","stdout":"b\n"},"hostname":"osapi-test","status":"completed"}},"result":{"changed":true,)"
    R"("duration_ms":2,"exit_code":0,"stderr":"","stdout":"b\n"},"status":"completed",)"
    R"("timeline":[{"event":"acknowledged","hostname":"osapi-test","message":"Job acknowledged by agent osa)"
    R"(pi-test","timestamp":"2026-11-22T00:28:16Z"},{"event":"started","hostname":"osapi-test",)"
    R"("message":"Job processing started on osapi-test","timestamp":"2026-11-22T00:28:16Z"},)"
    R"({"event":"completed","hostname":"osapi-test","message":"Job completed successfully on osapi-test",)"
    R"("timestamp":"2026-11-22T00:28:16Z"}],"updated_at":"2026-11-22T00:28:16.636947655Z"})"};

inline constexpr answer orig_after_retry{
    200, "DUAZHLkOJODooiNRcteDKokUcpCDpBVd", "Sun, 22 Nov 2026 00:33:34 GMT",
    R"({"agent_states":{"osapi-test":{"duration":"1.775239ms","status":"completed"}},"changed":true,)"
    R"("created":"2026-11-22T00:33:33Z","hostname":"osapi-test","id":"8d5adbcb-2751-437a-b9cb-589823495d6d")"
    R"(,"operation":{"data":{"args":["r"],"command":"echo"},"type":"command.exec.execute"},)"
    R"("responses":{"osapi-test":{"changed":true,"data":{"changed":true,"duration_ms":0,"exit_code":0,)"
    R"("stderr":"","stdout":"r\n"},"hostname":"osapi-test","status":"completed"}},"result":{"changed":true,)"
    R"("duration_ms":0,"exit_code":0,"stderr":"","stdout":"r\n"},"status":"completed",)"
    R"("timeline":[{"event":"acknowledged","hostname":"osapi-test","message":"Job acknowledged by agent osa)"
    R"(pi-test","timestamp":"2026-11-22T00:33:33Z"},{"event":"started","hostname":"osapi-test",)"
    R"("message":"Job processing started on osapi-test","timestamp":"2026-11-22T00:33:33Z"},)"
    R"({"event":"completed","hostname":"osapi-test","message":"Job completed successfully on osapi-test",)"
    R"("timestamp":"2026-11-22T00:33:33Z"},{"event":"retried","hostname":"_api",)"
    R"("message":"Job retried as 6ea6b0ae-35ce-4b87-8bd2-f95c6f03bea9",)"
    R"("timestamp":"2026-11-22T00:33:34Z"}],"updated_at":"2026-11-22T00:33:34.002393211Z"})"};

inline constexpr answer retry_nobody{
    201, "fKmepuKIMXphRijxvjxTcZaSBuVtFvtB", "Sun, 22 Nov 2026 00:28:57 GMT",
    R"({"job_id":"fc5ae9f3-f757-499f-8794-d9f401e5a68a","revision":35,"status":"created",)"
    R"("timestamp":"2026-11-22T00:28:57Z"})"};

inline constexpr answer list{
    200, "WHiSsvLsZqcEiDjiyuCrICUNWDdGsYiF", "Sun, 22 Nov 2026 00:28:16 GMT",
    R"({"items":[{"changed":null,"created":"2026-11-22T00:28:16Z","hostname":"osapi-test",)"
    R"("id":"e1a9facd-1295-4564-be1e-99c3649ee079","operation":{"data":{"command":"false"},)"
    R"("type":"command.exec.execute"},"result":{"changed":true,"duration_ms":0,"exit_code":1,"stderr":"",)"
    R"("stdout":""},"status":"completed","updated_at":"2026-11-22T00:28:16.460427823Z"},{"changed":null,)"
    R"("created":"2026-11-22T00:28:16Z","hostname":"osapi-test","id":"6c33b6ca-445f-42dd-98da-5117c94d09ad")"
    R"(,"operation":{"data":{"args":["b"],"command":"echo"},"type":"command.exec.execute"},)"
    R"("result":{"changed":true,"duration_ms":2,"exit_code":0,"stderr":"","stdout":"b\n"},)"
    R"("status":"completed","updated_at":"2026-11-22T00:28:16.636947655Z"},{"changed":null,)"
    R"("created":"2026-11-22T00:28:16Z","error":"command execution failed: failed to execute command: exec:)"
    R"( \"no-such-command-xyz\": executable file not found in $PATH","hostname":"osapi-test",)"
    R"("id":"61a7f07d-d1ce-4359-b4a0-ac46501e4ccc","operation":{"data":{"command":"no-such-command-xyz"},)"
    R"("type":"command.exec.execute"},"status":"failed","updated_at":"2026-11-22T00:28:16.615368799Z"}],)"
    R"("status_counts":{"completed":4,"failed":1,"partial_failure":0,"processing":0,"submitted":0},)"
    R"("total_items":5})"};

inline constexpr answer list_submitted{
    200, "SpZGFWExmlqdFdmHUgTprLmFmMHlvjOF", "Sun, 22 Nov 2026 00:29:59 GMT",
    R"({"items":[{"changed":null,"created":"2026-11-22T00:29:56Z","id":"e8aef70f-ab13-4b86-b16c-d566016a9d8)"
    R"(d","operation":{"data":{"args":["3"],"command":"sleep"},"type":"command.exec.execute"},)"
    R"("status":"submitted","updated_at":"2026-11-22T00:29:56Z"},{"changed":null,)"
    R"("created":"2026-11-22T00:29:00Z","id":"5266a8ca-b774-4a80-afc5-884d4f4b7304",)"
    R"("operation":{"data":{"args":["3"],"command":"sleep"},"type":"command.exec.execute"},)"
    R"("status":"submitted","updated_at":"2026-11-22T00:29:00Z"}],"status_counts":{"completed":7,)"
    R"("failed":2,"partial_failure":0,"processing":0,"submitted":2},"total_items":2})"};

inline constexpr answer list_empty{200, "PSvfggqNBSoDjgfAsKubKYaJovyEHgTz", "Sun, 22 Nov 2026 00:28:16 GMT",
                                   R"({"items":[],"status_counts":null,"total_items":0})"};

inline constexpr answer list_offset_past{
    200, "eVnOFcGzUGucLgPXROlYpOQanmfIoRlg", "Sun, 22 Nov 2026 00:28:16 GMT",
    R"({"items":[],"status_counts":{"completed":4,"failed":1,"partial_failure":0,"processing":0,)"
    R"("submitted":0},"total_items":5})"};

inline constexpr answer bad_limit_str{
    400, "GzyAGozoNZFfUlRKCuwFBIvCvyjNLKMo", "Sun, 22 Nov 2026 00:28:16 GMT",
    R"({"message":"Invalid format for parameter limit: error binding string parameter: strconv.ParseInt: pa)"
    R"(rsing \"abc\": invalid syntax"})"};

inline constexpr answer bad_limit0{
    400, "aqSYNJYbemdVvYdKUuZkSrwCxJgtcZvx", "Sun, 22 Nov 2026 00:28:16 GMT",
    R"({"error":"Key: 'GetJobsParams.Limit' Error:Field validation for 'Limit' failed on the 'min' tag"})"};

inline constexpr answer bad_limit101{
    400, "ONOSGaEFISZRNYtiIieFkSbnNDOhnjZx", "Sun, 22 Nov 2026 00:28:16 GMT",
    R"({"error":"Key: 'GetJobsParams.Limit' Error:Field validation for 'Limit' failed on the 'max' tag"})"};

inline constexpr answer bad_status{
    400, "kJGSDNxYRvpnibVycVBtQHZfKrBFBSzy", "Sun, 22 Nov 2026 00:28:16 GMT",
    R"({"error":"Key: 'GetJobsParams.Status' Error:Field validation for 'Status' failed on the 'oneof' tag")"
    R"(})"};

inline constexpr answer bad_uuid{
    400, "hfEvYBneurnPKEPHxoheuPWbbrZfMDtV", "Sun, 22 Nov 2026 00:28:17 GMT",
    R"({"message":"Invalid format for parameter id: error unmarshaling 'not-a-uuid' text as *uuid.UUID: inv)"
    R"(alid UUID length: 10"})"};

inline constexpr answer del_404{404, "RucRHkkUtGYwfEpWwcNvegSegDSVDkym", "Sun, 22 Nov 2026 00:28:17 GMT",
                                R"({"error":"job not found: 00000000-0000-4000-8000-000000000000"})"};

inline constexpr answer expired{401, "FErOagTyPVzrwubyUEFzdhZeuhJBcbKb", "Sun, 22 Nov 2026 00:28:17 GMT",
                                R"({"error":"Invalid token: token is expired by 1h0m43.09119669s"})"};

inline constexpr answer noauth{401, "JtgLqcjTtiEUKXMyLZhhkrdKRxWsfQRG", "Sun, 22 Nov 2026 00:28:17 GMT",
                               R"({"error":"Bearer token required"})"};

inline constexpr answer read_delete{
    403, "xrGShTVWJNPUulWxZbZcnYNovFHPpvTK", "Sun, 22 Nov 2026 00:28:17 GMT",
    R"({"error":"Insufficient permissions. Required: [job:write], resolved: map[agent:read:true certificate)"
    R"(:read:true cron:read:true docker:read:true file:read:true health:read:true job:read:true log:read:tr)"
    R"(ue network:read:true node:read:true ntp:read:true package:read:true process:read:true service:read:t)"
    R"(rue sysctl:read:true timezone:read:true user:read:true]"})"};

inline constexpr answer oldpath{404, "ELsqWTObKeHpzqzCiALEAFHuRLaENUah", "Sun, 22 Nov 2026 00:28:17 GMT",
                                R"({"message":"Not Found"})"};

} // namespace tests::recorded

#endif
