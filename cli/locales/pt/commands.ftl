# Textos de comandos específicos.

field-id = Id
field-to = Para
field-from = De
field-channel = Canal
field-body = Texto
field-created = Criada
field-scheduled = Agendada
field-sent = Enviada
field-delivered = Entregue
field-error = Motivo

credits = { $credits ->
    [one] 1 crédito
   *[other] { $credits } créditos
}

message-waiting = À espera de { $id }. Prima Ctrl-C para deixar de esperar.
message-not-yet = a mensagem não atingiu o estado a tempo
message-status = Estado da mensagem: { $status }.

state-queued = em fila
state-sent = enviada
state-delivered = entregue
state-failed = falhada
state-undeliverable = impossível de entregar
state-scheduled = agendada
state-sending = em envio
state-completed = concluída
state-paused = em pausa
state-cancelled = cancelada
state-pending = pendente
state-approved = aprovado
state-rejected = recusado

field-sender-id = Sender ID
field-status = Estado
field-use-case = Finalidade
field-url = URL
field-events = Eventos
field-secret = Segredo

login-prompt = Chave de API:{" "}
login-checking = A verificar a chave…
login-done = A chave foi guardada no perfil «{ $name }» ({ $path }). Saldo: { $credits ->
    [one] 1 crédito
   *[other] { $credits } créditos
}.
login-environment = ZEXA_API_KEY está definida, e tem precedência sobre o perfil «default».
login-refused = A chave não foi guardada. Copie de novo a chave completa do painel da Zexa.
login-cancelled = Cancelado. A chave não foi guardada.
login-empty = a chave de API está vazia
login-no-terminal = sem terminal, passe a chave com --api-key-stdin
login-sandbox = --sandbox não tem nenhuma chave para guardar

segments-gsm7 = { $count ->
    [one] 1 segmento
   *[other] { $count } segmentos
} (GSM-7, { $size } caracteres cada)
segments-ucs2 = { $count ->
    [one] 1 segmento
   *[other] { $count } segmentos
} (UCS-2, { $size } caracteres cada): «{ $character }» não existe em GSM-7

field-name = Nome
field-phone = Telefone
field-email = Correio electrónico
field-lists = Listas
field-recipients = Destinatários

contact-deleted = O contacto { $id } foi apagado.

count-sent = Enviadas
count-delivered = Entregues
count-failed = Falhadas
count-undeliverable = Impossíveis de entregar
count-pending = Pendentes

campaign-status = Estado da campanha: { $status }.
campaign-progress = { $status }: { $delivered } entregues, { $failed } falhadas, { $pending } pendentes
campaign-question-cost = Enviar { $contacts ->
    [one] ao contacto
   *[other] aos { $contacts } contactos
} de { $list }, por pelo menos { $cost ->
    [one] 1 crédito
   *[other] { $cost } créditos
}? (Saldo: { $balance })
campaign-question = Enviar { $contacts ->
    [one] ao contacto
   *[other] aos { $contacts } contactos
} de { $list }? (Saldo: { $balance })
campaign-question-all = Enviar aos contactos de { $list }? (Saldo: { $balance })
campaign-balance = O saldo de { $balance ->
    [one] 1 crédito
   *[other] { $balance } créditos
} não chega para esta campanha.
campaign-list-empty = a lista de contactos «{ $list }» está vazia ou não existe; nada foi enviado
campaign-sender-unknown = o Sender ID «{ $name }» não está registado para { $channel }; nada foi enviado
campaign-sender-status = o Sender ID «{ $name }» não pode enviar por { $channel }: está { $status }; nada foi enviado
campaign-not-created = A campanha não foi criada. Nada foi enviado.

request-body-empty = o corpo está vazio
request-body = o corpo não é JSON: «{ $reason }»

sandbox-runs = A sandbox está em execução. Prima Ctrl-C para a parar. Os programas com estas variáveis não enviam nada de real:

listen-runs = À escuta em { $url }. Prima Ctrl-C para parar.
listen-registered = { $url } foi registado ({ $id }).
listen-failed = não é possível escutar: { $reason }
listen-invalid = Um pedido de { $peer } foi recusado: o corpo não é um objecto JSON
listen-forward-url = «{ $url }» não é um URL como http://localhost:3000/zexa
listen-forward-failed = O evento { $event } não foi reencaminhado para { $url }: { $reason }
listen-queue-full = O evento { $event } foi recusado, porque demasiados eventos esperam pelo reencaminhamento.
listen-not-forwarded = { $count ->
    [one] um evento não foi reencaminhado
   *[other] { $count } eventos não foram reencaminhados
}
