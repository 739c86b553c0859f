#pragma once

// RANKPOOL_HAS_ASAN, RANKPOOL_HAS_TSAN: defined in builds with these sanitizers. GCC and Clang say it in different
// ways.
#if defined(__SANITIZE_ADDRESS__)
#define RANKPOOL_HAS_ASAN 1
#endif
#if defined(__SANITIZE_THREAD__)
#define RANKPOOL_HAS_TSAN 1
#endif
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define RANKPOOL_HAS_ASAN 1
#endif
#if __has_feature(thread_sanitizer)
#define RANKPOOL_HAS_TSAN 1
#endif
#endif
