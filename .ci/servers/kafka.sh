#!/usr/bin/env bash
# Apache Kafka 3.9 from Maven Central, one node that is broker and controller (KRaft). See common.sh for the commands.
source "$(dirname "${BASH_SOURCE[0]}")/common.sh"

port="${FATHOM_TEST_KAFKA_PORT:-59092}"
controller_port=$((port + 1))
dir="$servers_dir/kafka"
libs="${FATHOM_KAFKA_LIBS:-/var/cache/fathom/kafka-3.9.1}"
pid_file="$servers_dir/kafka.pid"
log_file="$servers_dir/kafka.log"

install_kafka() {
  install_packages default-jre-headless maven
  compgen -G "$libs/kafka_2.13-*.jar" >/dev/null && return
  say "fetching Kafka from Maven Central"
  local draft="$libs.$$"
  mvn -q -B -f "$here/kafka/pom.xml" dependency:copy-dependencies -DincludeScope=runtime -DoutputDirectory="$draft" >&2
  rm -rf "$libs"
  mv "$draft" "$libs"
}

java_class() { java -Xmx512m -Dlog4j.configuration="file:$here/kafka/log4j.properties" -cp "$libs/*" "$@"; }

write_properties() {
  cat >"$dir/server.properties" <<END
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$controller_port
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:$port,CONTROLLER://127.0.0.1:$controller_port
advertised.listeners=PLAINTEXT://127.0.0.1:$port
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
inter.broker.listener.name=PLAINTEXT
log.dirs=$dir/logs
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
group.initial.rebalance.delay.ms=0
# Durable before it is acknowledged: one node has no replica to fall back on after a crash.
log.flush.interval.messages=1
END
}

format_storage() {
  [ -f "$dir/logs/meta.properties" ] && return
  local id
  id="$(java_class kafka.tools.StorageTool random-uuid | tail -1)"
  java_class kafka.tools.StorageTool format -t "$id" -c "$dir/server.properties" >>"$log_file" 2>&1
}

launch() {
  start_daemon "$pid_file" "$log_file" root java -Xmx512m -Dlog4j.configuration="file:$here/kafka/log4j.properties" \
    -cp "$libs/*" kafka.Kafka "$dir/server.properties"
}

# Asks the broker itself: an open port does not yet mean that it serves.
answers() {
  running_pid "$pid_file" >/dev/null || return 2
  (exec 3<>"/dev/tcp/127.0.0.1/$port") || return 1
  java_class kafka.admin.BrokerApiVersionsCommand --bootstrap-server "127.0.0.1:$port" || return 1
}

start_server() {
  install_kafka
  mkdir -p "$servers_dir" "$dir" && chmod 755 "$servers_dir" && touch "$log_file"
  write_properties
  format_storage
  running_pid "$pid_file" >/dev/null || launch
  wait_until 90 "Kafka on port $port (see $log_file)" answers
  say "Kafka answers on port $port"
}

stop_server() {
  end_daemon "$pid_file" TERM
  rm -rf "$dir" "$log_file"
}

crash_server() {
  end_daemon "$pid_file" KILL
  launch
  wait_until 90 "Kafka on port $port (see $log_file)" answers
}

print_env() {
  echo "export TEST_KAFKA_BROKERS='127.0.0.1:$port'"
  echo "export TEST_KAFKA_RESTART='bash $here/kafka.sh crash'"
}

dispatch "$@"
