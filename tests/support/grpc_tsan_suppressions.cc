// Debian's gRPC and Abseil are not instrumented for ThreadSanitizer: what they hand from one thread to another looks
// unsynchronized, TLS sessions included. Linked into tests and programs with a gRPC edge; what runs beneath gRPC's own
// frames only posts to a loop.
#if defined(WSLOAD_THREAD_SANITIZER)
extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() {
  return "race:libgrpc\n"
         "race:libgpr\n"
         "race:grpc::\n"
         "race:grpc_core::\n"
         "race:libabsl\n"
         "race:libupb\n"
         "race:libcrypto\n"
         "race:libssl\n"
         "race:absl::\n";
}
#endif
