#include "jni/Package.h"

#include <algorithm>

namespace iocp4j::jni {

namespace {

constexpr std::string_view kHome = "io/github/iocp4j/";
// The package of the class that calls System.load.
constexpr std::string_view kLoader = "internal/loader/";

std::string package{kHome};

std::string toUtf8(JNIEnv* env, jstring text) {
    const char* characters = text != nullptr ? env->GetStringUTFChars(text, nullptr) : nullptr;
    if (characters == nullptr) {
        return {};
    }
    std::string result{characters};
    env->ReleaseStringUTFChars(text, characters);
    return result;
}

// The class that has called System.load, or an empty string, because a JVM can run without stack traces.
std::string findCaller(JNIEnv* env) {
    const jclass threadClass = env->FindClass("java/lang/Thread");
    const jmethodID currentThread = env->GetStaticMethodID(threadClass, "currentThread", "()Ljava/lang/Thread;");
    const jmethodID getStackTrace = env->GetMethodID(threadClass, "getStackTrace", "()[Ljava/lang/StackTraceElement;");
    const jclass elementClass = env->FindClass("java/lang/StackTraceElement");
    const jmethodID getClassName = env->GetMethodID(elementClass, "getClassName", "()Ljava/lang/String;");
    if (env->ExceptionCheck()) {
        return {};
    }
    const jobject thread = env->CallStaticObjectMethod(threadClass, currentThread);
    if (env->ExceptionCheck()) {
        return {};
    }
    const auto stack = static_cast<jobjectArray>(env->CallObjectMethod(thread, getStackTrace));
    if (env->ExceptionCheck()) {
        return {};
    }
    const jsize depth = env->GetArrayLength(stack);
    std::string callee;
    for (jsize i = 0; i < depth; ++i) {
        const jobject element = env->GetObjectArrayElement(stack, i);
        const auto text = static_cast<jstring>(env->CallObjectMethod(element, getClassName));
        if (env->ExceptionCheck()) {
            return {};
        }
        std::string name = toUtf8(env, text);
        env->DeleteLocalRef(text);
        env->DeleteLocalRef(element);
        if (callee == "java.lang.System" && name != callee) {
            return name;
        }
        callee = std::move(name);
    }
    return {};
}

}  // namespace

void findPackage(JNIEnv* env) {
    std::string caller = findCaller(env);
    env->ExceptionClear();
    std::replace(caller.begin(), caller.end(), '.', '/');
    caller.resize(caller.rfind('/') + 1);
    if (caller.ends_with(kLoader)) {
        caller.resize(caller.size() - kLoader.size());
    }
    package = caller.empty() ? kHome : caller;
}

std::string inPackage(std::string_view text) {
    std::string result{text};
    for (std::size_t at = 0; (at = result.find(kHome, at)) != std::string::npos; at += package.size()) {
        result.replace(at, kHome.size(), package);
    }
    return result;
}

}  // namespace iocp4j::jni
