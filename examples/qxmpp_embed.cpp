// SPDX-License-Identifier: MIT
// A chat server with a plugin in it: an extension of QXmppServer, on the host kit (xp_host.hpp). Clients log
// in on loopback; what they send to the plugin's domain is offered to the plugin, what the plugin sends goes
// to them. The kit serves HTTP. It ends with SIGTERM or SIGINT, once the plugin is drained.
//
//   c++ -std=c++17 -fPIC examples/qxmpp_embed.cpp -o qxmpp_embed
//       $(pkg-config --cflags --libs xp-host qxmpp Qt5Network Qt5Xml)       (on one line; with Qt 6:
//                                    xp-host QXmppQt6 Qt6Network Qt6Xml)
//   ./qxmpp_embed restanza --domain rest.localhost --settings '{"component_secret": "http-secret"}'
//       --account alice:wonder
//
// Its limits are those of the framework:
// - The framework's own answers never pass an extension: those of the server itself (ping, disco, no such
//   user) go to clients or other servers, and nowhere else. So what the plugin sends goes to clients past all
//   other extensions, and where nobody is there, which includes the server itself, this file answers with
//   service-unavailable. Otherwise an iq would wait for its whole time.
// - Stanzas are trees of QDom. Text of blanks alone is lost, prefixes are replaced by default namespaces, and
//   attributes with a prefix are lost.
// Accounts cannot send over HTTP, which would take more: Server::has_accounts and what belongs to it, and a
// look for the answers to what was sent for them.
//
// Threads: Qt's loop is the kit's [loop]. What the plugin sends comes on any thread, and waits in a queue
// with a limit; the loop takes some at once and looks at its sockets between. One thread waits for signals.
#include <QXmppPasswordChecker.h>
#include <QXmppServer.h>
#include <QXmppServerExtension.h>
#include <QXmppUtils.h>
#include <signal.h>

#include <QCoreApplication>
#include <QDomDocument>
#include <QHash>
#include <QHostAddress>
#include <QTimer>
#include <QXmlStreamWriter>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <thread>

#include "xp_host.hpp"

namespace {

using Work = std::function<void()>;

const QString kClients = QStringLiteral("jabber:client");

// An element as text, without prefixes; `around` is the namespace that it stands in.
void write(QXmlStreamWriter& out, const QDomElement& element, const QString& around) {
  const QString space = element.namespaceURI();
  out.writeStartElement(element.localName());
  if (space != around) out.writeDefaultNamespace(space);
  const QDomNamedNodeMap attributes = element.attributes();
  for (int i = 0; i < attributes.count(); ++i) {
    const QDomAttr each = attributes.item(i).toAttr();
    const bool plain = each.prefix().isEmpty() && each.name() != QLatin1String("xmlns");
    if (plain) out.writeAttribute(each.name(), each.value());
  }
  for (QDomNode node = element.firstChild(); !node.isNull(); node = node.nextSibling()) {
    if (node.isElement()) write(out, node.toElement(), space);
    if (node.isText()) out.writeCharacters(node.toText().data());  // sections of CDATA are text, too
  }
  out.writeEndElement();
}

std::string text_of(const QDomElement& element) {
  QByteArray text;
  QXmlStreamWriter out(&text);
  write(out, element, kClients);
  return text.toStdString();
}

// The other way. The stanza is the only child of the root, which has to live as long as it is used.
QDomDocument tree_of(const std::string& stanza) {
  QDomDocument tree;
  const QByteArray text = "<r xmlns='jabber:client'>" + QByteArray::fromStdString(stanza) + "</r>";
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
  tree.setContent(text, QDomDocument::ParseOption::UseNamespaceProcessing);
#else
  tree.setContent(text, true);
#endif
  return tree;
}

QDomElement stanza_in(const QDomDocument& tree) {
  return tree.documentElement().firstChildElement();
}

class Bridge final : public QXmppServerExtension, public xp::host::Server {
 public:
  static constexpr size_t kMaxUnsent = 1000;  // stanzas, and functions that wait for room
  static constexpr size_t kAtOnce = 100;      // stanzas, before the loop looks at its sockets again

  explicit Bridge(xp::host::PluginSettings wanted)
      : wanted_(std::move(wanted)),
        domain_(QString::fromStdString(wanted_.domain)),
        host_({"qxmpp_embed", "1.0", {xp::host::Address{}}, [](int32_t level, std::string_view line) {
                 std::fprintf(stderr, "log %d: %.*s\n", level, static_cast<int>(line.size()), line.data());
               }}) {}

  QString extensionName() const override { return QStringLiteral("restanza"); }
  int extensionPriority() const override { return 1000; }  // before those of the framework

  // All that clients send comes here first, also what is for others.
  bool handleStanza(const QDomElement& element) override {
    if (!plugin_ || !is_ours(element)) return false;
    return plugin_->offer(text_of(element), false,
                          [this](const std::string& stanza, xp::host::Outcome outcome) {
                            const std::string error = xp::host::error_for(stanza, outcome);
                            if (!error.empty()) server()->sendElement(stanza_in(tree_of(error)));
                          });
  }

  // The framework calls this when it listens, and says no more than a warning where it is false.
  bool start() override {
    std::string error;
    plugin_ = host_.load(wanted_, *this, error);
    serves_ = plugin_ && host_.start(error);
    if (!serves_) std::fprintf(stderr, "error: %s\n", error.c_str());
    return serves_;
  }
  bool serves() const { return serves_; }
  std::string listening() const { return host_.listening(); }

  // On the loop, which goes on turning; `done` is called there once nothing is left.
  void drain(const Work& done) {
    if (std::exchange(draining_, true)) return;
    host_.drain(std::chrono::seconds(10), [this, done] { post([this, done] { finish(done); }); });
  }
  void stop() override {
    plugin_ = nullptr;
    take_no_more();
    if (!host_.end()) std::_Exit(1);  // something of the plugin runs on
  }

  // [any]
  xp_status send(std::string stanza, Work writable) override {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (ended_) return XP_GONE;
    if (unsent_.size() == kMaxUnsent) {
      if (waiting_.size() == kMaxUnsent) return XP_INTERNAL;
      if (writable) waiting_.push_back(std::move(writable));
      return XP_WOULD_BLOCK;
    }
    unsent_.push_back(std::move(stanza));
    if (!std::exchange(leaving_, true)) post([this] { leave(); });  // under the lock: Qt's queue calls nobody
    return XP_OK;
  }
  void post(Work work) override {
    QMetaObject::invokeMethod(
        this, [task = std::move(work)] { task(); }, Qt::QueuedConnection);
  }

 private:
  bool is_ours(const QDomElement& stanza) const {
    return QXmppUtils::jidToDomain(stanza.attribute(QStringLiteral("to"))) == domain_;
  }

  void leave() {
    std::deque<std::string> now;
    std::deque<Work> told;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      for (; !unsent_.empty() && now.size() < kAtOnce; unsent_.pop_front()) {
        now.push_back(std::move(unsent_.front()));
      }
      leaving_ = !unsent_.empty();
      if (leaving_) post([this] { leave(); });
      if (unsent_.size() <= kMaxUnsent / 2) told.swap(waiting_);
    }
    for (const std::string& stanza : now) route(stanza);
    for (const Work& writable : told) writable();
  }

  void route(const std::string& stanza) {
    const QDomDocument read = tree_of(stanza);
    const QDomDocument plain =
        tree_of(text_of(stanza_in(read)));  // it would write prefixes that nothing declares
    const QDomElement element = stanza_in(plain);
    if (is_ours(element)) {
      plugin_->offer(stanza, true, [this](const std::string& sent, xp::host::Outcome outcome) {
        give_back(sent, outcome);
      });
    } else if (!server()->sendElement(element)) {
      give_back(stanza, xp::host::Outcome::passed);
    }
  }
  // The error to what the plugin itself sent.
  void give_back(const std::string& stanza, xp::host::Outcome outcome) {
    const std::string error = xp::host::error_for(stanza, outcome);
    if (!error.empty()) plugin_->offer(error, false, {});
  }

  void finish(const Work& done) {
    bool left = false;
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      left = leaving_;
    }
    if (left) return post([this, done] { finish(done); });
    take_no_more();
    done();
  }
  void take_no_more() {
    std::deque<Work> dropped;  // without the lock
    const std::lock_guard<std::mutex> lock(mutex_);
    ended_ = true;
    dropped.swap(waiting_);
  }

  const xp::host::PluginSettings wanted_;
  const QString domain_;
  xp::host::Plugin* plugin_ = nullptr;  // of the loop, as the next two
  bool serves_ = false, draining_ = false;
  std::mutex mutex_;
  std::deque<std::string> unsent_;
  std::deque<Work> waiting_;
  bool leaving_ = false, ended_ = false;
  xp::host::Host host_;  // the last: it ends before what it calls
};

class Accounts final : public QXmppPasswordChecker {
 public:
  void add(const QString& account) { passwords_[account.section(':', 0, 0)] = account.section(':', 1); }
  bool hasGetPassword() const override { return true; }

 protected:
  QXmppPasswordReply::Error getPassword(const QXmppPasswordRequest& request, QString& password) override {
    if (!passwords_.contains(request.username())) return QXmppPasswordReply::AuthorizationError;
    password = passwords_.value(request.username());
    return QXmppPasswordReply::NoError;
  }

 private:
  QHash<QString, QString> passwords_;
};

int clients_of(const QXmppServer& server) {
  return server.statistics().value(QStringLiteral("incoming-clients")).toInt();
}

}  // namespace

int main(int argc, char** argv) {
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);  // before there are threads, for all of them
  QCoreApplication app(argc, argv);
  Accounts accounts;
  xp::host::PluginSettings wanted;
  QString domain = QStringLiteral("localhost");
  quint16 port = 5222;
  if (argc > 1) wanted.library = argv[1];
  for (int i = 2; i + 1 < argc; i += 2) {
    const std::string option = argv[i];
    if (option == "--domain") wanted.domain = argv[i + 1];
    if (option == "--settings") wanted.settings_json = argv[i + 1];
    if (option == "--server") domain = QString::fromLocal8Bit(argv[i + 1]);
    if (option == "--port") port = QString::fromLocal8Bit(argv[i + 1]).toUShort();
    if (option == "--account") accounts.add(QString::fromLocal8Bit(argv[i + 1]));
  }
  QXmppServer server;
  server.setDomain(domain);
  server.setPasswordChecker(&accounts);
  auto* const bridge = new Bridge(std::move(wanted));
  server.addExtension(bridge);  // takes it
  if (!server.listenForClients(QHostAddress::LocalHost, port) || !bridge->serves()) {
    std::fprintf(stderr, "error: it cannot serve\n");
    return 1;
  }
  std::thread([ends, bridge, &app] {
    int signal = 0;
    if (sigwait(&ends, &signal) != 0) return;
    QMetaObject::invokeMethod(&app, [bridge] { bridge->drain([] { QCoreApplication::quit(); }); });
  }).detach();
  std::fprintf(stderr, "ready http=%s\n", bridge->listening().c_str());
  app.exec();
  server.close();  // stops the extension; what is in the clients' sockets still has to leave
  QObject::connect(&server, &QXmppServer::clientDisconnected, &app, [&server] {
    if (clients_of(server) == 0) QCoreApplication::quit();
  });
  QTimer::singleShot(1000, &app, [] { QCoreApplication::quit(); });
  if (clients_of(server) > 0) app.exec();
  return 0;
}
