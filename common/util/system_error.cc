#include "common/util/system_error.h"

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <system_error>

namespace wsload {
namespace {

struct Translated {
  int error;
  const char* chinese;
};

// What the C library has of it depends on the host's locales.
constexpr Translated kTranslated[] = {
    {EPERM, "不允许的操作"},
    {ENOENT, "没有该文件或目录"},
    {EIO, "输入输出错误"},
    {EAGAIN, "资源暂时不可用"},
    {ENOMEM, "内存不足"},
    {EACCES, "权限不足"},
    {EBUSY, "设备或资源正忙"},
    {EEXIST, "文件已存在"},
    {EXDEV, "跨越了文件系统"},
    {ENOTDIR, "不是目录"},
    {EISDIR, "是一个目录"},
    {EINVAL, "参数无效"},
    {ENFILE, "系统打开的文件过多"},
    {EMFILE, "打开的文件过多"},
    {EFBIG, "文件过大"},
    {ENOSPC, "设备上没有空间"},
    {EROFS, "文件系统只读"},
    {EPIPE, "管道已断开"},
    {ENAMETOOLONG, "文件名过长"},
    {ENOTEMPTY, "目录非空"},
    {ELOOP, "符号链接层数过多"},
    {EDQUOT, "超出磁盘配额"},
    {EAFNOSUPPORT, "不支持该地址族"},
    {EADDRINUSE, "地址已被占用"},
    {EADDRNOTAVAIL, "该地址不属于本机"},
    {ENETDOWN, "网络已断开"},
    {ENETUNREACH, "网络不可达"},
    {ENOBUFS, "缓冲区空间不足"},
    {ECONNABORTED, "连接被中止"},
    {ECONNREFUSED, "连接被拒绝"},
    {ECONNRESET, "连接被对端重置"},
    {EHOSTUNREACH, "没有到主机的路由"},
    {ETIMEDOUT, "连接超时"},
};

}  // namespace

LocalString SystemErrorLines(int error) {
  const auto* known = std::find_if(std::begin(kTranslated), std::end(kTranslated),
                                   [error](const Translated& one) { return one.error == error; });
  return {std::generic_category().message(error), known == std::end(kTranslated) ? "" : known->chinese};
}

}  // namespace wsload
