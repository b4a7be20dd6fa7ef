// Asio, its TLS part and Beast, compiled here and nowhere else: it takes 20 s once instead of in every file.
// clang-format off: each source header defines what the next one needs.
#include <boost/asio/impl/src.hpp>
#include <boost/asio/ssl/impl/src.hpp>
#include <boost/beast/src.hpp>
// clang-format on
