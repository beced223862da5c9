// libcurl's multi interface for Swift, which cannot call variadic functions: one function for each kind of value that an
// option takes, and the questions that the client asks.
#pragma once
#include <curl/curl.h>

// Returns how many bytes it took; fewer than size * count end the transfer.
typedef size_t (*ccurl_sink)(char *bytes, size_t size, size_t count, void *context);

CURLcode ccurl_set_number(CURL *easy, CURLoption option, long value);
CURLcode ccurl_set_size(CURL *easy, CURLoption option, curl_off_t value);
// Texts, lists and plain memory.
CURLcode ccurl_set_pointer(CURL *easy, CURLoption option, const void *value);
CURLcode ccurl_set_sinks(CURL *easy, ccurl_sink head, ccurl_sink body);

// Microseconds from the start until the first byte could be sent; 0: there has been no connection.
curl_off_t ccurl_connected_after(CURL *easy);

CURLMcode ccurl_multi_set_number(CURLM *multi, CURLMoption option, long value);
CURLMcode ccurl_multi_set_callbacks(CURLM *multi, curl_socket_callback socket, curl_multi_timer_callback timer, void *context);
// A transfer that has ended, and how; NULL when there is none.
CURL *ccurl_multi_finished(CURLM *multi, CURLcode *result);
