"""Redmine: a list of issues exported as CSV, in English, German, French, Spanish or Chinese."""

from typing import Final

from servqual.readers.files.vendors.vendor import Vendor

# Headings, separator, encoding and dates are those of the language of whoever exports. "Due date" is a day, which ends
# a case in time until its end.
REDMINE: Final = Vendor(
    name="redmine",
    title="Redmine",
    documentation="https://github.com/redmine/redmine/blob/master/app/models/issue_query.rb",
    checked="checked against its source code and its texts in five languages",
    columns={
        "#": "case_id",
        "Created": "received_at",
        "Angelegt": "received_at",
        "Créé": "received_at",
        "Creado": "received_at",
        "创建于": "received_at",
        "Closed": "closed_at",
        "Geschlossen": "closed_at",
        "Fermé": "closed_at",
        "Cerrada": "closed_at",
        "结束日期": "closed_at",
        "Due date": "due_at",
        "Abgabedatum": "due_at",
        "Echéance": "due_at",
        "Fecha fin": "due_at",
        "计划完成日期": "due_at",
        "Updated": "updated_at",
        "Aktualisiert": "updated_at",
        "Mis-à-jour": "updated_at",
        "Actualizado": "updated_at",
        "更新于": "updated_at",
        "Author": "customer_id",
        "Autor": "customer_id",
        "Auteur": "customer_id",
        "作者": "customer_id",
        "Project": "team",
        "Projekt": "team",
        "Projet": "team",
        "Proyecto": "team",
        "项目": "team",
        "Assignee": "agent",
        "Zugewiesen an": "agent",
        "Assigned to": "agent",
        "Assigné à": "agent",
        "Asignado a": "agent",
        "指派给": "agent",
        "Category": "category",
        "Kategorie": "category",
        "Catégorie": "category",
        "Categoría": "category",
        "类别": "category",
        "Tracker": "category",
        "Tipo": "category",
        "跟踪": "category",
        "Priority": "priority",
        "Priorität": "priority",
        "Priorité": "priority",
        "Prioridad": "priority",
        "优先级": "priority",
        "Status": "status",
        "Statut": "status",
        "Estado": "status",
        "状态": "status",
    },
    others="Parent task | Übergeordnete Aufgabe | Parent task subject | Subject | Thema | Target version "
    "| Zielversion | Start date | Beginn | Estimated time | Geschätzter Aufwand | Total estimated time "
    "| Geschätzter Gesamtaufwand | Spent time | Aufgewendete Zeit | Total spent time | Aufgewendete Gesamtzeit "
    "| % Done | % erledigt | Last updated by | Zuletzt geändert von | Related issues | Zugehörige Tickets | Files "
    "| Dateien | Private | Privat | Watchers | Beobachter | Description | Beschreibung | Last notes | Letzte Notizen "
    "| Estimated remaining time | Tâche parente | Sujet de la demande parent | Sujet | Version cible | Début "
    "| Temps estimé | Temps estimé total | Temps passé | % réalisé | Dernière mise à jour par | Privée | Observateurs "
    "| Asunto | Versión prevista | Fecha de inicio | Tiempo estimado | Total de Tiempo Estimado | Tiempo dedicado "
    "| Tiempo total dedicado | % Realizado | Peticiones relacionadas | Archivos | Seguidores | Descripción "
    "| 父任务 | 父任务主题 | 主题 | 目标版本 | 开始日期 | 预期时间 | 预估工时统计 | 耗时 | 总体耗时 "
    "| % 完成 | 最近更新人 | 相关的问题 | 文件 | 跟踪者 | 描述 | 最近批注",
)
